//! What is announced of pictures, and what is made of them, is what people see.

use image::RgbImage;
use wutsd::media::header::Header;
use wutsd::media::picture::Picture;

use crate::{beside_others, file};

fn decoded(bytes: &[u8]) -> Picture {
    let header = Header::read(bytes).expect("a picture");
    Picture::decode(bytes, &header).expect("a picture that can be read")
}

fn opened(jpeg: &[u8]) -> RgbImage {
    let format = image::guess_format(jpeg).expect("a format");
    assert_eq!(format, image::ImageFormat::Jpeg);
    image::load_from_memory(jpeg).expect("a JPEG").to_rgb8()
}

/// The strongest colour in the middle of a quarter of the picture.
fn colour(picture: &RgbImage, right: bool, bottom: bool) -> &'static str {
    let place = |side: u32, far: bool| if far { side * 7 / 8 } else { side / 8 };
    let (x, y) = (
        place(picture.width(), right),
        place(picture.height(), bottom),
    );
    let [red, green, blue] = picture.get_pixel(x, y).0;
    match (red > 128, green > 128, blue > 128) {
        (true, true, true) => "white",
        (true, false, false) => "red",
        (false, false, true) => "blue",
        (false, false, false) => "black",
        _ => "another",
    }
}

fn colours(picture: &RgbImage) -> [&'static str; 4] {
    let corners = [(false, false), (true, false), (false, true), (true, true)];
    corners.map(|(right, bottom)| colour(picture, right, bottom))
}

/// As stored, 32 × 16: white in the corner at the top left, red below it, blue on the right.
#[test]
fn pictures_are_turned_as_their_camera_says() {
    let _beside = beside_others();
    let table = [
        (1, ["white", "blue", "red", "blue"]),
        (2, ["blue", "white", "blue", "red"]),
        (3, ["blue", "red", "blue", "white"]),
        (4, ["red", "blue", "white", "blue"]),
        (5, ["white", "red", "blue", "blue"]),
        (6, ["red", "white", "blue", "blue"]),
        (7, ["blue", "blue", "red", "white"]),
        (8, ["blue", "blue", "white", "red"]),
    ];
    for (orientation, expected) in table {
        let bytes = file(&format!("exif-{orientation}.jpg"));
        let sides = if orientation < 5 { (32, 16) } else { (16, 32) };
        assert_eq!(Header::read(&bytes).expect("a picture").sides(), sides);
        let thumbnail = opened(&decoded(&bytes).thumbnail().expect("a thumbnail"));
        assert_eq!(
            (thumbnail.width(), thumbnail.height()),
            sides,
            "{orientation}"
        );
        assert_eq!(colours(&thumbnail), expected, "{orientation}");
        let whole = opened(&decoded(&bytes).jpeg().expect("a JPEG"));
        assert_eq!((whole.width(), whole.height()), sides, "{orientation}");
        assert_eq!(colours(&whole), expected, "{orientation}");
        let portrait = opened(&decoded(&bytes).portrait().expect("a portrait"));
        assert_eq!((portrait.width(), portrait.height()), (16, 16));
    }
    for (name, expected) in [("exif.png", table[5].1), ("exif.webp", table[7].1)] {
        let bytes = file(name);
        assert_eq!(Header::read(&bytes).expect("a picture").sides(), (16, 32));
        let thumbnail = opened(&decoded(&bytes).thumbnail().expect("a thumbnail"));
        assert_eq!(colours(&thumbnail), expected, "{name}");
    }
}

/// A black square in the middle of nothing.
#[test]
fn what_is_transparent_is_white() {
    let _beside = beside_others();
    for name in [
        "transparent.png",
        "transparent-gray.png",
        "palette.png",
        "transparent.webp",
        "transparent-lossy.webp",
    ] {
        let picture = decoded(&file(name));
        for made in [picture.thumbnail(), picture.portrait(), picture.jpeg()] {
            let made = opened(&made.expect("a JPEG"));
            assert_eq!(colours(&made), ["white"; 4], "{name}");
            let middle = made.get_pixel(made.width() / 2, made.height() / 2).0;
            assert!(middle.iter().all(|light| *light < 60), "{name}: {middle:?}");
        }
    }
}

#[test]
fn pictures_of_all_kinds_are_read_and_their_sides_known() {
    let _beside = beside_others();
    let table = [
        ("baseline.jpg", (40, 24)),
        ("progressive.jpg", (33, 17)),
        ("gray.jpg", (33, 17)),
        ("cmyk.jpg", (32, 16)),
        ("sixteen.png", (16, 16)),
        ("palette.png", (24, 24)),
        ("lossy.webp", (32, 16)),
        ("lossless.webp", (32, 16)),
        ("animated.webp", (32, 16)),
    ];
    for (name, sides) in table {
        let bytes = file(name);
        assert_eq!(Header::read(&bytes).expect(name).sides(), sides, "{name}");
        let thumbnail = opened(&decoded(&bytes).thumbnail().expect(name));
        assert_eq!((thumbnail.width(), thumbnail.height()), sides, "{name}");
    }
}

#[test]
fn large_pictures_are_made_small_and_small_ones_stay() {
    let _beside = beside_others();
    for (width, height, thumbnail, portrait) in [
        (3000, 1500, (96, 48), 640),
        (1000, 700, (96, 67), 640),
        (2, 3000, (1, 96), 2),
        (1, 1, (1, 1), 1),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = RgbImage::from_pixel(width, height, image::Rgb([10, 200, 10]));
        picture
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("a PNG");
        let picture = decoded(bytes.get_ref());
        let small = opened(&picture.thumbnail().expect("a thumbnail"));
        assert_eq!((small.width(), small.height()), thumbnail);
        let square = opened(&picture.portrait().expect("a portrait"));
        assert_eq!((square.width(), square.height()), (portrait, portrait));
        for made in [small, square] {
            let [red, green, blue] = made.get_pixel(0, 0).0;
            assert!(red < 30 && green > 180 && blue < 30);
        }
    }
}
