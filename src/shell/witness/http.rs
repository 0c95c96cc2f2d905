//! The witness's two calls over HTTP: C2SP tlog-witness.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Published, Witness, WitnessError};
use crate::core::witness::{MAX_ADD_CHECKPOINT_BYTES, Refusal};

/// How long a request's body may take.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// Bytes of a body too long that are read and dropped, so that the client comes to read the answer.
pub const MAX_DISCARDED_BYTES: u64 = 1 << 24;
/// Requests at once that check signatures or write to the disk.
pub const MAX_AT_WORK: usize = 16;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const SIZE: HeaderValue = HeaderValue::from_static("text/x.tlog.size");

/// What answers.
struct Desk {
    witness: Witness,
    /// Origins by the hashes that name them in the monitoring call.
    origins: BTreeMap<String, String>,
    /// One at a time for each log; who waits holds up no other log.
    turns: BTreeMap<String, Arc<Semaphore>>,
    at_work: Arc<Semaphore>,
}

/// The calls, under that prefix.
pub(super) fn router(witness: Witness, prefix: &str) -> Router {
    let origins = witness.published().map(|(origin, hash, _)| (hash.to_string(), origin.to_owned())).collect();
    let turns = witness.published().map(|(origin, _, _)| (origin.to_owned(), Arc::new(Semaphore::new(1)))).collect();
    let desk = Desk { witness, origins, turns, at_work: Arc::new(Semaphore::new(MAX_AT_WORK)) };
    Router::new()
        .route(&format!("{prefix}/add-checkpoint"), post(add_checkpoint))
        .route(&format!("{prefix}/{{hash}}/checkpoint"), get(latest_checkpoint))
        .method_not_allowed_fallback(|| async {
            text(StatusCode::METHOD_NOT_ALLOWED, "another method is expected here\n")
        })
        .fallback(|| async { text(StatusCode::NOT_FOUND, "nothing here\n") })
        .with_state(Arc::new(desk))
}

async fn latest_checkpoint(State(desk): State<Arc<Desk>>, hash: Result<Path<String>, PathRejection>) -> Response {
    // Escapes that are no UTF-8 name no log either.
    let origin = hash.ok().and_then(|Path(hash)| desk.origins.get(&hash));
    let published = origin.and_then(|origin| desk.witness.published_of(origin));
    let mut response = match published {
        None | Some(Published::Nothing) => text(StatusCode::NOT_FOUND, "no checkpoint of that log was cosigned\n"),
        Some(Published::Unknown) => text(StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot read its memory\n"),
        Some(Published::Checkpoint(checkpoint)) => text(StatusCode::OK, checkpoint.to_string()),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn add_checkpoint(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Body) -> Response {
    match timeout(BODY_TIME, read(&headers, body)).await {
        Ok(Ok(bytes)) => answer(desk, bytes).await,
        Ok(Err(response)) => closing(response),
        Err(_) => closing(text(StatusCode::REQUEST_TIMEOUT, "the request took too long\n")),
    }
}

/// Judges a request where it may wait for the disk.
async fn answer(desk: Arc<Desk>, bytes: Vec<u8>) -> Response {
    let judged = at_work(&desk, move |witness| witness.admit(&bytes)).await;
    let submission = match judged {
        Some(Ok(submission)) => submission,
        Some(Err(error)) => return refused(&error),
        None => return broken(),
    };
    let Some(turn) = desk.turns.get(&submission.checkpoint().checkpoint().origin).cloned() else { return broken() };
    let Ok(turn) = turn.acquire_owned().await else { return broken() };
    let cosigned = at_work(&desk, move |witness| {
        // Held by the work and not by the request, which its client may abandon.
        let _turn = turn;
        witness.cosign(&submission)
    });
    match cosigned.await {
        Some(Ok(lines)) => text(StatusCode::OK, lines),
        Some(Err(error)) => refused(&error),
        None => broken(),
    }
}

/// Does something on a thread of its own, with so many others at most. `None`: it panicked.
async fn at_work<T: Send + 'static>(desk: &Arc<Desk>, work: impl FnOnce(&Witness) -> T + Send + 'static) -> Option<T> {
    let permit = Arc::clone(&desk.at_work).acquire_owned().await.ok()?;
    let desk = Arc::clone(desk);
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work(&desk.witness)
    });
    done.await.ok()
}

/// Reads a body; or says why not, once the client has sent what it was sending anyway, so that it reads the answer.
async fn read(headers: &HeaderMap, mut body: Body) -> Result<Vec<u8>, Response> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let too_large =
        || text(StatusCode::PAYLOAD_TOO_LARGE, format!("at most {MAX_ADD_CHECKPOINT_BYTES} bytes are read\n"));
    let limit = MAX_ADD_CHECKPOINT_BYTES as u64;
    if declared.is_some_and(|length| length > MAX_DISCARDED_BYTES || (length > limit && headers.contains_key(EXPECT))) {
        return Err(too_large());
    }
    let (mut bytes, mut length) = (Vec::new(), 0u64);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| text(StatusCode::BAD_REQUEST, "the request broke off\n"))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len() as u64);
        if length > MAX_DISCARDED_BYTES {
            return Err(too_large());
        } else if length > limit {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    if length > limit { Err(too_large()) } else { Ok(bytes) }
}

fn refused(error: &WitnessError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match error {
        WitnessError::Refused(Refusal::Conflict { size }) => {
            (status, [(CONTENT_TYPE, SIZE)], format!("{size}\n")).into_response()
        }
        WitnessError::Refused(refusal) => text(status, format!("{refusal}\n")),
        // Paths and the like are for the witness's operator.
        WitnessError::Store(_) | WitnessError::Sign(_) => broken(),
    }
}

fn broken() -> Response {
    text(StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot cosign now\n")
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(CONTENT_TYPE, TEXT)], body.into()).into_response()
}

/// The rest of the request was not read, so nothing can follow it.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests;
