//! What the supervisor is told and asked.

use actix::Message;

use crate::device::pairing::RequestPairCode;
use crate::device::pairing::passkey::PasskeyStep;
use crate::ids::DeviceId;
use crate::store::StoreError;
use crate::store::devices::Device;
use crate::supervision::view::Watch;

/// A device exists. It is connected if it is paired and wanted.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt(pub Device);

/// Asks for a way to follow a device. `None`: it is not known.
#[derive(Message)]
#[rtype(result = "Option<Watch>")]
pub struct Follow(pub DeviceId);

/// The same for several devices at once; the answers are in their order.
#[derive(Message)]
#[rtype(result = "Vec<Option<Watch>>")]
pub struct FollowAll(pub Vec<DeviceId>);

/// Gives a paired device a life now, whatever happened before.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Connect(pub DeviceId);

/// Gives a device without an account a life that shows codes.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Pair {
    /// Which one.
    pub device: DeviceId,
    /// Not the codes that it shows already.
    pub anew: bool,
}

/// Ends the life of a device, if it has one, and plans none.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Disconnect(pub DeviceId);

/// Ends the life of a device, wipes its records and forgets it. Answers when that is done; its row is the caller's to
/// delete, afterwards. After an error the device is down, and can be removed again.
#[derive(Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Remove(pub DeviceId);

/// Hands a request for a code to the life that is pairing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PairWithCode {
    /// Which one.
    pub device: DeviceId,
    /// Its reply slot closes where there is no life to answer it.
    pub request: RequestPairCode,
}

/// Hands what a person has done for the check by passkey to the life that is pairing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PairWithPasskey {
    /// Which one.
    pub device: DeviceId,
    /// Its reply slot closes where there is no life to answer it.
    pub step: PasskeyStep,
}

/// Ends all lives, for the end of the daemon. Answers when the last one is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopAll;

/// Asks whether the supervisor is there.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ping;
