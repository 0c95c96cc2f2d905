//! A long file, asked for again from where it broke off.

use std::io::{self, Read};
use std::thread;

use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, RANGE};

use super::{Client, HttpError, MAX_ATTEMPTS, is_packed, unasked};

/// How much longer one question for a long file may take than for any other. It is asked for again from where it broke
/// off.
const LONG_TIMES: u32 = 10;
/// How often a long file is asked for, at most, however much comes each time.
pub const MAX_RESUMES: u32 = 64;
/// Bytes of a long file after which an attempt was not in vain.
const MIN_PROGRESS: u64 = 1 << 20;
/// A long file, read as it comes.
pub struct Stream {
    client: Client,
    url: String,
    limit: u64,
    body: Option<Box<dyn Read + Send>>,
    /// The media type, as the server wrote it last.
    content_type: Option<String>,
    taken: u64,
    /// What was taken when it was last asked for.
    since: u64,
    /// How often in a row hardly anything came.
    vain: u32,
    asked: u32,
}

impl Stream {
    /// Asks for the file; `None` where the server has none.
    pub(super) fn start(client: Client, url: &str, limit: u64) -> Result<Option<Self>, HttpError> {
        let (url, body, content_type) = (url.to_owned(), None, None);
        let mut stream = Self { client, url, limit, body, content_type, taken: 0, since: 0, vain: 0, asked: 0 };
        loop {
            match stream.ask() {
                Ok(body) => {
                    stream.body = Some(body);
                    return Ok(Some(stream));
                }
                Err(HttpError::Status { status: 404 | 410, .. }) => return Ok(None),
                Err(error) => stream.again(error)?,
            }
        }
    }

    /// The media type, as the server wrote it.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Asks for what was not taken yet.
    fn ask(&mut self) -> Result<Box<dyn Read + Send>, HttpError> {
        self.since = self.taken;
        self.asked = self.asked.saturating_add(1);
        let url = &self.url;
        let time = self.client.patience.timeout.saturating_mul(LONG_TIMES);
        let answer = self.client.follow(url, |at| {
            let mut request = self.client.agent.get(at).header(ACCEPT_ENCODING, "identity");
            if self.taken > 0 {
                request = request.header(RANGE, format!("bytes={}-", self.taken));
            }
            request.config().timeout_global(Some(time)).build().call()
        })?;
        if let Some(encoding) = answer.headers().get(CONTENT_ENCODING)
            && is_packed(url, &answer)?
        {
            // What came is counted, and asked for again by that count.
            return Err(unasked(url, "none", encoding));
        }
        let status = answer.status().as_u16();
        self.content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let starts_at = format!("bytes {}-", self.taken);
        let range = answer.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
        let continues = range.is_some_and(|range| range.starts_with(&starts_at));
        let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
        match status {
            200 => {
                let skipped = io::copy(&mut body.by_ref().take(self.taken), &mut io::sink());
                let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
                let skipped = skipped.and_then(|count| if count == self.taken { Ok(()) } else { Err(short()) });
                skipped.map_err(|source| HttpError::BrokenOff { url: url.clone(), source })?;
                Ok(Box::new(body))
            }
            206 if continues && self.taken > 0 => Ok(Box::new(body)),
            _ => Err(HttpError::Status { url: url.clone(), status }),
        }
    }

    /// Waits before it is asked for again, unless that was done often enough.
    fn again(&mut self, error: HttpError) -> Result<(), HttpError> {
        self.vain = if self.taken.saturating_sub(self.since) < MIN_PROGRESS { self.vain.saturating_add(1) } else { 0 };
        if error.lasts() || self.vain >= MAX_ATTEMPTS || self.asked >= MAX_RESUMES {
            return Err(error);
        }
        thread::sleep(self.client.patience.pause.saturating_mul(1 << self.vain));
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let error = match self.body.as_mut().map(|body| body.read(buffer)) {
                Some(Ok(count)) => {
                    self.taken = self.taken.saturating_add(count as u64);
                    let too_long = || HttpError::TooLong { url: self.url.clone(), limit: self.limit };
                    return if self.taken > self.limit { Err(io::Error::other(too_long().words())) } else { Ok(count) };
                }
                Some(Err(source)) => HttpError::BrokenOff { url: self.url.clone(), source },
                None => match self.ask() {
                    Ok(body) => {
                        self.body = Some(body);
                        continue;
                    }
                    Err(error) => error,
                },
            };
            self.body = None;
            self.again(error).map_err(|error| io::Error::other(error.words()))?;
        }
    }
}
