package io.holdfast.storage.web;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.web.WebService.Verb;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns what a service says into the kinds of failure of `BlobStore`.
final class WebFailures {
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int INSUFFICIENT_STORAGE = 507;

  private static final String UNSUPPORTED =
      "This store may not support what Holdfast needs; the guide's page on stores says what that"
          + " is.";

  private static final Pattern LOCK =
      Pattern.compile(
          "object.?lock|worm|retention|retained|legal.?hold|immutab|\\bhold\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,500})");

  private final WebService service;

  WebFailures(WebService service) {
    this.service = service;
  }

  /// A request without an answer. For a put: one that certainly was not done.
  IOException unanswered(Verb verb, String name, WebFailure e) {
    if (e.isInterruption()) {
      var interrupted = new InterruptedIOException(what(verb, name) + e.getMessage());
      interrupted.initCause(e);
      return interrupted;
    }
    Optional<StoreRefusedException> untrusted = UntrustedServer.refusal(what(verb, name), e);
    return untrusted.isPresent()
        ? untrusted.get()
        : new StoreUnavailableException(what(verb, name) + e.getMessage(), e);
  }

  /// A put without an answer.
  IOException unwritten(String name, WebFailure e) {
    return switch (e.sent()) {
      case NOT_ALL -> unanswered(Verb.PUT, name, e);
      case WHOLE -> new WriteOutcomeUnknownException(unknown(name) + e.getMessage(), e);
    };
  }

  /// A put that was answered, but not with the success of a put. Another success is somebody
  /// else's: a proxy's, for example.
  IOException unwritten(String name, WebAnswer answer) {
    boolean mayHaveBeenDone =
        answer.isSuccess() || (isInTrouble(answer) && !isBusy(answer) && !isFull(answer));
    return mayHaveBeenDone
        ? new WriteOutcomeUnknownException(unknown(name) + said(answer))
        : refused(Verb.PUT, name, answer);
  }

  private String unknown(String name) {
    return "nobody can say whether " + name + " was put into " + service.describe() + ": ";
  }

  /// An answer that is no success.
  ///
  /// @param name of the blob, or the prefix that was listed
  IOException refused(Verb verb, String name, WebAnswer answer) {
    int status = answer.status();
    String code = service.codeOf(answer);
    String said = what(verb, name) + said(answer);
    if (isMissingContainer(answer) || (verb == Verb.PUT && status == NOT_FOUND)) {
      return noContainer();
    }
    if (verb == Verb.DELETE && status < 500 && LOCK.matcher(said(answer)).find()) {
      return new BlobLockedException(said);
    }
    if (isFull(answer)) {
      return new StoreFullException(said, null);
    }
    if (isBusy(answer)) {
      return StoreUnavailableException.busy(said, null);
    }
    if (isInTrouble(answer)
        || service.codes().damaged().contains(code)
        || status == REQUEST_TIMEOUT
        || status == CONFLICT
        || (status == UNAUTHORIZED && service.isProofReplaced(answer.request()))) {
      return new StoreUnavailableException(said);
    }
    String advice = advice(verb, status, code);
    return advice.equals(UNSUPPORTED)
        ? StoreRefusedException.unsupported(said, advice, null)
        : new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, said, advice, null);
  }

  /// Whether it is the container that is not there.
  boolean isMissingContainer(WebAnswer answer) {
    return service.codes().missingContainer().contains(service.codeOf(answer));
  }

  StoreRefusedException noContainer() {
    return new StoreRefusedException(
        ErrorCode.REPOSITORY_MISSING,
        "there is no " + service.describe(),
        "Check the name in the URL and the endpoint; a new bucket or container is made with the"
            + " store's own tools.",
        null);
  }

  private String advice(Verb verb, int status, String code) {
    if (service.codes().skewedClock().contains(code)) {
      return "Set this machine's clock: the store trusts no request from another time.";
    }
    if (status == UNAUTHORIZED || service.codes().badCredentials().contains(code)) {
      return service.credentialsAdvice();
    }
    if (status == 403) {
      return "Allow "
          + service.permission(verb)
          + " for these credentials; the guide's page on stores says what each role needs.";
    }
    return UNSUPPORTED;
  }

  private String what(Verb verb, String name) {
    return "cannot " + verb.word() + " " + name + " in " + service.describe() + ": ";
  }

  private static boolean isInTrouble(WebAnswer answer) {
    return answer.status() >= 500 && answer.status() != NOT_IMPLEMENTED;
  }

  private boolean isBusy(WebAnswer answer) {
    return answer.status() == TOO_MANY_REQUESTS
        || service.codes().busy().contains(service.codeOf(answer));
  }

  private boolean isFull(WebAnswer answer) {
    return answer.status() == INSUFFICIENT_STORAGE
        || service.codes().full().contains(service.codeOf(answer));
  }

  /// Code, message and status.
  private String said(WebAnswer answer) {
    String code = service.codeOf(answer);
    Matcher message = MESSAGE.matcher(answer.text());
    String text = message.find() ? message.group(1).strip().replaceAll("\\s+", " ") : "";
    return code
        + (code.isEmpty() || text.isEmpty() ? "" : ": ")
        + text
        + " (status "
        + answer.status()
        + ")";
  }
}
