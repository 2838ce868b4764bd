//! What the supervisor is told and asked.

use actix::Message;

use crate::device::pairing::RequestPairCode;
use crate::ids::DeviceId;
use crate::store::devices::Device;
use crate::supervision::view::Watch;

/// A device exists. It is connected if it is paired and wanted.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt(pub Device);

/// Asks for a way to follow a device.
#[derive(Message)]
#[rtype(result = "Option<Watch>")]
pub struct Follow(pub DeviceId);

/// Gives a paired device a life now, whatever happened before.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Connect(pub DeviceId);

/// Gives a device without an account a life that shows codes; `anew`: not the codes it shows already.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Pair {
    pub device: DeviceId,
    pub anew: bool,
}

/// Ends the life of a device, if it has one, and plans none.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Disconnect(pub DeviceId);

/// Hands a request for a code to the life that is pairing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PairWithCode {
    pub device: DeviceId,
    pub request: RequestPairCode,
}

/// Ends all lives, for the end of the daemon. Answers when the last one is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopAll;

/// Asks whether the supervisor is there.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ping;
