//! Media that has expired: whoever misses it asks for it, and the sender's phone uploads it again.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use buffa::Message as _;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::media_retry_notification::ResultType;
use waproto::whatsapp::{MediaRetryNotification, ServerErrorReceipt};

use crate::sandbox::address::Address;
use crate::sandbox::keys::{self, Key32};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

const INFO: &[u8] = b"WhatsApp Media Retry Notification";
/// The phone has it no longer.
const NOT_FOUND: &str = "2";

impl World {
    /// Has the phone that sent it upload a file again, where that is what a receipt asks for.
    pub fn upload_again(&mut self, device: &Address, receipt: &Node) {
        let Some(rmr) = stanza::child(receipt, "rmr").cloned() else {
            return;
        };
        if stanza::attr(receipt, "type").as_deref() != Some("server-error") {
            return;
        }
        let id = stanza::id(receipt);
        let content = self.uploaded_again(device, receipt, &rmr, &id);
        let gone = || NodeBuilder::new("error").attr("code", NOT_FOUND).build();
        let answer = NodeBuilder::new("notification")
            .attr("type", "mediaretry")
            .attr("id", id)
            .attr("t", stanza::now());
        let answer = match stanza::jid(receipt, "to") {
            Some(own) => answer.attr("from", own.to_non_ad()),
            None => answer,
        };
        let answer = answer.children([content.unwrap_or_else(gone), rmr]).build();
        self.deliver(device, answer);
    }

    /// `None`: nobody's phone has it.
    fn uploaded_again(
        &mut self,
        device: &Address,
        receipt: &Node,
        rmr: &Node,
        id: &str,
    ) -> Option<Node> {
        let own = stanza::attr(rmr, "from_me").as_deref() == Some("true");
        let named = stanza::jid(rmr, "participant").or_else(|| stanza::jid(rmr, "jid"))?;
        let author = match own {
            true => device.phone.clone(),
            false => self.resolve(&named)?.0.phone,
        };
        let (path, media_key) = self.accounts.get(&author)?.phone.file_of(id)?;
        let key: Key32 = keys::hkdf(&media_key, None, INFO);
        // Whoever asks knows the file's key.
        let asked = opened(&key, id, stanza::child(receipt, "encrypt")?)?;
        let asked = ServerErrorReceipt::decode_from_slice(&asked).ok()?;
        if asked.stanza_id.as_deref() != Some(id) {
            return None;
        }
        let answer = MediaRetryNotification {
            stanza_id: Some(id.to_owned()),
            direct_path: Some(self.put_file_again(&path)?),
            result: Some(ResultType::SUCCESS),
            ..Default::default()
        };
        sealed(&key, id, &answer.encode_to_vec())
    }
}

fn opened(key: &Key32, id: &str, encrypted: &Node) -> Option<Vec<u8>> {
    let part = |name| stanza::child(encrypted, name).and_then(stanza::bytes);
    let iv: [u8; 12] = part("enc_iv")?.try_into().ok()?;
    let payload = Payload {
        msg: part("enc_p")?,
        aad: id.as_bytes(),
    };
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(iv), payload)
        .ok()
}

fn sealed(key: &Key32, id: &str, plain: &[u8]) -> Option<Node> {
    let iv: [u8; 12] = keys::random();
    let payload = Payload {
        msg: plain,
        aad: id.as_bytes(),
    };
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(iv), payload)
        .ok()?;
    let part = |name, bytes: Vec<u8>| NodeBuilder::new(name).bytes(bytes).build();
    let parts = [part("enc_p", sealed), part("enc_iv", iv.to_vec())];
    Some(NodeBuilder::new("encrypt").children(parts).build())
}
