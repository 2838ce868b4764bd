//! Texts without what a copy from a web page, a document or a contact card brings along.

/// Zero of each script that people write numbers in; nine more follow it.
const ZEROS: [char; 22] = [
    '0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '෦', '๐', '໐', '༠', '၀', '០',
    '᠐', '０', '𝟶',
];

/// Signs that mean a telephone, before a number.
const TELEPHONES: [char; 7] = ['☎', '☏', '✆', '📞', '📱', '📲', '🕿'];

/// The text in ASCII where that has the same meaning: its digits, dashes, dots, slashes, parentheses, spaces and
/// full-width letters; without marks that nobody sees, and without quotes and telephones around it.
pub fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_mark(*c)).map(ascii).collect();
    let around = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, ',' | ';');
    let begun = |c: char| around(c) || TELEPHONES.contains(&c);
    text.trim_end_matches(around)
        .trim_start_matches(begun)
        .to_owned()
}

/// Zero-width characters, those that turn the direction of the text, and variants of emoji.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '<' | '>' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' | '‹' | '›'
    )
}

fn ascii(c: char) -> char {
    match c {
        '-'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{207b}'
        | '\u{2212}'
        | '\u{30fc}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff70}' => '-',
        '·' | '․' | '‧' | '・' | '･' | '。' | '｡' | '•' | '∙' | '⋅' => '.',
        '⁄' | '∕' => '/',
        '﹙' => '(',
        '﹚' => ')',
        '﹢' => '+',
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => narrow(c),
        // Each of these ends a line or a cell.
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        space if space.is_whitespace() => ' ',
        other => digit(other).unwrap_or(other),
    }
}

fn narrow(c: char) -> char {
    let ascii = u32::from(c) - u32::from('！') + u32::from('!');
    char::from_u32(ascii).unwrap_or(c)
}

fn digit(c: char) -> Option<char> {
    let value = |zero: &char| u32::from(c).checked_sub(u32::from(*zero));
    let value = ZEROS.iter().filter_map(value).find(|value| *value < 10)?;
    char::from_digit(value, 10)
}
