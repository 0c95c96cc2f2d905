use super::*;

#[test]
fn the_files_of_a_size_are_counted_before_they_are_named() {
    for size in [0, 1, 255, 256, 257, 70_000, 65_536 * 256 + 1] {
        assert_eq!(file_count(size), tile::tiles(size).count() as u64, "{size} entries");
        assert!(tile::tiles(size).all(|tile| is_of(&tile, size)), "{size} entries");
    }
    assert!(file_count(i64::MAX as u64) > MAX_HTTP_FILES);
    for (tile, size) in [("tile/0/000", 255), ("tile/0/000.p/3", 4), ("tile/8/000.p/1", u64::MAX), ("tile/0/001", 256)]
    {
        assert!(!is_of(&Tile::parse(tile).unwrap(), size), "{tile} of {size}");
    }
}

#[test]
fn as_many_checkpoints_and_attachments_are_surveyed_as_are_read_over_http() {
    let hash = |n: u64| {
        let mut hash = Hash::ZERO;
        hash.0[..8].copy_from_slice(&n.to_be_bytes());
        hash
    };
    let (sizes, attachments) = (MAX_HTTP_CHECKPOINTS as u64, MAX_HTTP_FILES);
    let mut survey =
        Survey { sizes: (0..sizes).collect(), attachments: (0..attachments).map(|n| (hash(n), 0)).collect() };
    assert!(survey.is_within_limits());
    survey.sizes.insert(sizes);
    assert!(!survey.is_within_limits());
    survey.sizes.remove(&sizes);
    survey.attachments.insert(hash(attachments), 0);
    assert!(!survey.is_within_limits());
    survey.attachments.remove(&hash(attachments));
    assert!(survey.is_within_limits());
}

#[test]
fn what_is_no_plain_url_is_refused_before_anybody_is_asked() {
    for url in ["ftp://a/b", "a/b", "http://u@h/x", "http://h/x?y", "http://h/x#y", "http://h/ x"] {
        let Err(Trouble::Io { path, .. }) = HttpBundle::open(url) else { panic!("{url}") };
        assert_eq!(path, PathBuf::from(url));
    }
}
