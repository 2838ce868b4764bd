//! Callers on several threads, each with a runtime of its own.

use wacore::store::traits::SignalStore;

use super::*;

const THREADS: i64 = 4;
const DEVICES: i64 = 8;
const WRITES: u8 = 40;

#[test]
fn callers_on_several_threads_share_the_store() {
    let folder = Folder::new();
    let store = folder.open();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = store.clone();
            scope.spawn(move || run(work(store, thread)));
        }
    });
    run(async {
        store.close().await;
        let store = folder.open();
        for number in 0..THREADS * DEVICES {
            let device = backend(&store, number + 1);
            assert_eq!(
                device.get_session("a@s.0").await.unwrap().unwrap()[..],
                [WRITES - 1]
            );
            assert_eq!(
                device.load_identity("a@s.0").await.unwrap(),
                Some([WRITES - 1; 32])
            );
        }
        store.close().await;
    });
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

async fn work(store: Store, thread: i64) {
    let devices = (0..DEVICES).map(|number| {
        let device = backend(&store, thread * DEVICES + number + 1);
        async move {
            for write in 0..WRITES {
                device.put_session("a@s.0", &[write]).await.unwrap();
                assert_eq!(
                    device.get_session("a@s.0").await.unwrap().unwrap()[..],
                    [write]
                );
                device.put_identity("a@s.0", [write; 32]).await.unwrap();
                assert_eq!(
                    device.load_identity("a@s.0").await.unwrap(),
                    Some([write; 32])
                );
            }
        }
    });
    futures::future::join_all(devices).await;
}
