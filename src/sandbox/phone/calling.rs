//! A phone calls somebody, and somebody's phone rings.

use buffa::Message as _;
use serde::Deserialize;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::Call as CallKey;

use crate::sandbox::address::{Address, Form};
use crate::sandbox::appstate::{Action, REGULAR};
use crate::sandbox::calls::{Call, CallState};
use crate::sandbox::routing::signal_of;
use crate::sandbox::world::World;
use crate::sandbox::{keys, stanza};
use crate::telemetry::Chain;

/// What somebody does with a call on a phone.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// Takes it.
    Accept,
    /// Does not take it.
    Decline,
    /// Ends it; before it was taken, the other side has missed it.
    HangUp,
    /// Has waited for long enough.
    GiveUp,
}

impl World {
    /// Rings at all devices of `to`, each of which is given the key of the call. Returns its id.
    pub fn phone_calls(&mut self, from: &str, to: &str, video: bool) -> Option<String> {
        let caller = Address::phone(from);
        let call = Call {
            id: stanza::new_id() + &stanza::new_id()[..12],
            creator: self.accounts.get(from)?.jid(Form::Lid),
            caller: caller.clone(),
            callee: self.accounts.get(to)?.profile.phone.clone(),
            video,
            state: CallState::Ringing,
            began: stanza::now(),
            taken: None,
        };
        self.calls.begin(call.clone());
        let key = Message {
            call: buffa::MessageField::some(CallKey {
                call_key: Some(keys::random::<32>().to_vec()),
                ..Default::default()
            }),
            ..Default::default()
        };
        let key = key.encode_to_vec();
        let devices = self.accounts.get(to)?.companions.keys().copied();
        let devices: Vec<Address> = devices.map(|device| Address::new(to, device)).collect();
        for device in devices {
            match self.phone_seals(from, &device, Form::Lid, &key) {
                Ok(key) => {
                    let offer = self.call_offer(&call, key);
                    self.signal(&caller, &device, offer);
                    let latency = signal_of(&call, "relaylatency").build();
                    self.signal(&caller, &device, latency);
                }
                Err(error) => {
                    tracing::warn!(error = %Chain(&error), "a phone cannot call a device");
                }
            }
        }
        Some(call.id)
    }

    /// In the order that clients insist on.
    fn call_offer(&self, call: &Call, key: Node) -> Node {
        let audio = |rate: u32| {
            let audio = NodeBuilder::new("audio").attr("enc", "opus");
            audio.attr("rate", rate).build()
        };
        let mut children = vec![audio(8000), audio(16000)];
        if call.video {
            let video = NodeBuilder::new("video").attr("enc", "h.264");
            children.push(video.attr("dec", "H264,AV1").build());
        }
        children.extend([
            NodeBuilder::new("net").attr("medium", 3).build(),
            NodeBuilder::new("capability")
                .attr("ver", 1)
                .bytes([0x01, 0x05, 0xF7, 0x09, 0xE4, 0xBB, 0x07])
                .build(),
            key,
            NodeBuilder::new("encopt").attr("keygen", 2).build(),
        ]);
        let offer = signal_of(call, "offer")
            .attr("device_class", "2021")
            .attr("joinable", 1);
        let caller = self
            .account(&call.caller)
            .filter(|caller| !caller.profile.hidden);
        let offer = match caller {
            Some(caller) => offer.attr("caller_pn", caller.jid(Form::Pn)),
            None => offer,
        };
        offer.children(children).build()
    }

    /// Its other devices are told by a phone what has become of a call that it made.
    pub fn log_call(&mut self, call: &Call) {
        let callee = Address::phone(&call.callee);
        let (true, Some(callee)) = (
            call.is_over() && call.caller.is_phone(),
            self.user(&callee, Form::Lid),
        ) else {
            return;
        };
        let log = Action::call(call, &callee.to_string(), stanza::now());
        self.phone_writes(&call.caller.phone, REGULAR, &[log]);
    }

    /// False: the phone is in no such call, or it is over, or this is not for its side to do.
    pub fn phone_touches_call(&mut self, phone: &str, id: &str, touch: Touch) -> bool {
        let Some(call) = self.calls.get(id).cloned() else {
            return false;
        };
        let device = Address::phone(phone);
        let (calls, is_called) = (call.caller == device, call.callee == phone);
        match touch {
            Touch::Decline if is_called && call.state == CallState::Ringing => {
                self.call_rejected(&device, id);
            }
            Touch::Accept if is_called && call.state == CallState::Ringing => {
                let accept = signal_of(&call, "accept");
                let audio = NodeBuilder::new("audio")
                    .attr("enc", "opus")
                    .attr("rate", 16000);
                let accept = accept.children([audio.build()]).build();
                self.call_accepted(&device, id, accept);
            }
            Touch::HangUp if calls || is_called => self.call_ended(&device, id, None),
            Touch::GiveUp if calls => self.call_ended(&device, id, Some("timeout")),
            _ => return false,
        }
        true
    }
}
