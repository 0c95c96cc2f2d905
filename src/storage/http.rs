//! Asking over HTTP and HTTPS. Whatever comes back is bytes from a stranger, and never more of them than were asked for.

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, RANGE};

use super::bundle::Trouble;

/// How often a file is asked for before it is given up, the first time included.
pub const MAX_ATTEMPTS: u32 = 4;
/// Redirects that are followed, at most, one after the other.
pub const MAX_REDIRECTS: u32 = 3;
/// How much longer one question for a long file may take than for any other. It is asked for again from where it broke
/// off.
const LONG_TIMES: u32 = 10;
/// How often a long file is asked for, at most, however much comes each time.
pub const MAX_RESUMES: u32 = 64;
/// Bytes of a long file after which an attempt was not in vain.
const MIN_PROGRESS: u64 = 1 << 20;
/// Bytes of an answer's headers, at most.
const MAX_HEADER_BYTES: usize = 1 << 14;

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long one question and its whole answer may take.
    pub timeout: Duration,
    /// How long to wait before a question is put again; twice as long each time.
    pub pause: Duration,
}

impl Default for Patience {
    /// 30 seconds, and half a second.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), pause: Duration::from_millis(500) }
    }
}

/// Asks, over connections that it keeps open. Clones share them.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    patience: Patience,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type, as the server wrote it.
    pub content_type: Option<String>,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

/// Why there is no answer, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No whole answer came.
    #[error("{url}: {source}")]
    Unanswered {
        /// What was asked.
        url: String,
        /// What went wrong on the way.
        source: Box<ureq::Error>,
    },
    /// The body broke off, or could not be unpacked.
    #[error("{url}: {source}")]
    BrokenOff {
        /// What was asked.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// An answer that does not have what was asked for.
    #[error("{url}: {}", status_words(*status))]
    Status {
        /// What was asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A body that is packed in a way that was not asked for.
    #[error("{url}: expected content-encoding gzip or none, found {encoding:?}")]
    Encoding {
        /// What was asked.
        url: String,
        /// What the server wrote.
        encoding: String,
    },
    /// The body is longer than anything that could be meant.
    #[error("{url}: expected at most {limit} bytes, found more")]
    TooLong {
        /// What was asked.
        url: String,
        /// Bytes that would have been taken.
        limit: u64,
    },
}

impl HttpError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unanswered { .. } => "http-unanswered",
            Self::BrokenOff { .. } => "http-broken-off",
            Self::Status { .. } => "http-status",
            Self::Encoding { .. } => "http-encoding",
            Self::TooLong { .. } => "http-too-long",
        }
    }

    /// What was asked.
    pub fn url(&self) -> &str {
        match self {
            Self::Unanswered { url, .. }
            | Self::BrokenOff { url, .. }
            | Self::Status { url, .. }
            | Self::Encoding { url, .. }
            | Self::TooLong { url, .. } => url,
        }
    }
}

/// A server's trouble is no evidence: nothing can be judged.
impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        let (url, words) = (error.url().to_owned(), error.to_string());
        let words = words.strip_prefix(&url).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&words);
        Self::Io { path: url.into(), source: io::Error::other(words.to_owned()) }
    }
}

fn status_words(status: u16) -> String {
    let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = reason.map_or_else(String::new, |reason| format!(" {}", reason.to_lowercase()));
    format!("expected the file, found status {status}{reason}")
}

impl Client {
    /// A client of that patience.
    pub fn new(patience: Patience) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(patience.timeout))
            .max_redirects(MAX_REDIRECTS)
            .max_response_header_size(MAX_HEADER_BYTES)
            .user_agent(concat!("candour/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().new_agent(), patience }
    }

    /// Asks for a file, again where the server is overloaded or the answer breaks off. Any status is an answer.
    ///
    /// # Errors
    /// [`HttpError`], that of the last attempt.
    pub fn get(&self, url: &str, limit: u64) -> Result<Answer, HttpError> {
        let mut pause = self.patience.pause;
        for _ in 1..MAX_ATTEMPTS {
            match self.get_once(url, limit) {
                Ok(answer) if !busy(answer.status) => return Ok(answer),
                Err(error @ (HttpError::TooLong { .. } | HttpError::Encoding { .. })) => return Err(error),
                Ok(_) | Err(_) => {}
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(2);
        }
        self.get_once(url, limit)
    }

    fn get_once(&self, url: &str, limit: u64) -> Result<Answer, HttpError> {
        let asked = self.agent.get(url).call();
        answer(url, limit, asked)
    }

    /// Asks for a file that may be long, of which so many bytes are taken at most; `None` where the server has none. It is
    /// read as it comes, and asked for again from where it broke off. It is for the reader to tell by its hash whether
    /// it is whole.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn stream(&self, url: &str, limit: u64) -> Result<Option<Stream>, HttpError> {
        let mut stream = Stream {
            client: self.clone(),
            url: url.to_owned(),
            limit,
            body: None,
            taken: 0,
            since: 0,
            vain: 0,
            asked: 0,
        };
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

    /// Hands something over, once.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn post(&self, url: &str, body: &[u8], limit: u64) -> Result<Answer, HttpError> {
        // Nobody else is told what was meant for this one.
        let request = self.agent.post(url).config().max_redirects(0).build();
        answer(url, limit, request.content_type("text/plain; charset=utf-8").send(body))
    }
}

fn answer(
    url: &str,
    limit: u64,
    asked: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, HttpError> {
    let asked = asked.map_err(|source| HttpError::Unanswered { url: url.to_owned(), source: Box::new(source) })?;
    let status = asked.status().as_u16();
    let content_type = asked.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    check_encoding(url, &asked)?;
    let mut body = Vec::new();
    let reader = asked.into_body().into_with_config().limit(u64::MAX).reader();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut body);
    read.map_err(|source| HttpError::BrokenOff { url: url.to_owned(), source })?;
    if body.len() as u64 > limit {
        return Err(HttpError::TooLong { url: url.to_owned(), limit });
    }
    Ok(Answer { status, content_type, body })
}

/// Whether the server may answer otherwise in a moment.
fn busy(status: u16) -> bool {
    matches!(status, 429 | 500..)
}

fn check_encoding(url: &str, answer: &ureq::http::Response<ureq::Body>) -> Result<(), HttpError> {
    let Some(encoding) = answer.headers().get(CONTENT_ENCODING) else { return Ok(()) };
    match encoding.to_str().map(str::to_ascii_lowercase).as_deref() {
        Ok("" | "identity" | "gzip") => Ok(()),
        _ => {
            let encoding = String::from_utf8_lossy(encoding.as_bytes().get(..32).unwrap_or(encoding.as_bytes()));
            Err(HttpError::Encoding { url: url.to_owned(), encoding: encoding.into_owned() })
        }
    }
}

/// A long file, read as it comes.
pub struct Stream {
    client: Client,
    url: String,
    limit: u64,
    body: Option<Box<dyn Read + Send>>,
    taken: u64,
    /// What was taken when it was last asked for.
    since: u64,
    /// How often in a row hardly anything came.
    vain: u32,
    asked: u32,
}

impl Stream {
    /// Asks for what was not taken yet.
    fn ask(&mut self) -> Result<Box<dyn Read + Send>, HttpError> {
        self.since = self.taken;
        self.asked = self.asked.saturating_add(1);
        let url = &self.url;
        let time = self.client.patience.timeout.saturating_mul(LONG_TIMES);
        let mut request = self.client.agent.get(url).header(ACCEPT_ENCODING, "identity");
        if self.taken > 0 {
            request = request.header(RANGE, format!("bytes={}-", self.taken));
        }
        let answer = request.config().timeout_global(Some(time)).build().call();
        let answer = answer.map_err(|source| HttpError::Unanswered { url: url.clone(), source: Box::new(source) })?;
        check_encoding(url, &answer)?;
        let status = answer.status().as_u16();
        let starts_at = format!("bytes {}-", self.taken);
        let range = answer.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
        let continues = range.is_some_and(|range| range.starts_with(&starts_at));
        let packed = answer.headers().contains_key(CONTENT_ENCODING);
        let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
        match status {
            200 => {
                let skipped = io::copy(&mut body.by_ref().take(self.taken), &mut io::sink());
                let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
                let skipped = skipped.and_then(|count| if count == self.taken { Ok(()) } else { Err(short()) });
                skipped.map_err(|source| HttpError::BrokenOff { url: url.clone(), source })?;
                Ok(Box::new(body))
            }
            206 if continues && self.taken > 0 && !packed => Ok(Box::new(body)),
            _ => Err(HttpError::Status { url: url.clone(), status }),
        }
    }

    /// Waits before it is asked for again, unless that was done often enough.
    fn again(&mut self, error: HttpError) -> Result<(), HttpError> {
        self.vain = if self.taken.saturating_sub(self.since) < MIN_PROGRESS { self.vain.saturating_add(1) } else { 0 };
        let lasting = match &error {
            HttpError::Status { status, .. } => !busy(*status),
            HttpError::Encoding { .. } | HttpError::TooLong { .. } => true,
            HttpError::Unanswered { .. } | HttpError::BrokenOff { .. } => false,
        };
        if lasting || self.vain >= MAX_ATTEMPTS || self.asked >= MAX_RESUMES {
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
                    return if self.taken > self.limit { Err(io::Error::other(too_long())) } else { Ok(count) };
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
            self.again(error).map_err(io::Error::other)?;
        }
    }
}
