package io.holdfast.storage.s3;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.web.UntrustedServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/// Turns what the SDK says into the kinds of failure of `BlobStore`.
final class S3Failures {
  private static final int NOT_FOUND = 404;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int CONFLICT = 409;
  private static final int NOT_IMPLEMENTED = 501;

  private static final Set<String> BUSY =
      Set.of(
          "SlowDown",
          "ServiceUnavailable",
          "ServerBusy",
          "RequestLimitExceeded",
          "Throttling",
          "ThrottlingException",
          "TooManyRequests",
          "TooManyRequestsException",
          "BandwidthLimitExceeded");

  /// Damaged or cut off on the way to the store, which therefore took nothing.
  private static final Set<String> DAMAGED =
      Set.of(
          "BadDigest",
          "IncompleteBody",
          "RequestTimeout",
          "InvalidDigest",
          "XAmzContentChecksumMismatch",
          "XAmzContentSHA256Mismatch");

  private static final Set<String> FULL =
      Set.of("QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "StorageFull");

  private static final Set<String> BAD_CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired",
          "InvalidSecurity",
          "AuthorizationHeaderMalformed");

  private static final String UNSUPPORTED =
      "This store may not support what Holdfast needs; the guide's page on stores says what that"
          + " is.";

  private static final Pattern LOCK =
      Pattern.compile(
          "object.?lock|worm|retention|retained|legal.?hold|immutab", Pattern.CASE_INSENSITIVE);

  private final S3Place place;
  private final ErrorCode missing;

  S3Failures(S3Place place) {
    this(place, ErrorCode.REPOSITORY_MISSING);
  }

  /// @param missing what to report where there is no such bucket
  S3Failures(S3Place place, ErrorCode missing) {
    this.place = place;
    this.missing = missing;
  }

  /// What was asked of the store, and the permission that it takes.
  enum Request {
    PUT("put", "s3:PutObject"),
    GET("get", "s3:GetObject"),
    STAT("look at", "s3:GetObject and s3:ListBucket"),
    LIST("list", "s3:ListBucket"),
    DELETE("remove", "s3:DeleteObject");

    private final String verb;
    private final String permission;

    Request(String verb, String permission) {
      this.verb = verb;
      this.permission = permission;
    }
  }

  /// A request that failed. For a put: one that certainly was not done.
  ///
  /// @param name of the blob, or the prefix that was listed
  IOException failed(Request request, String name, SdkException e) {
    String what = "cannot " + request.verb + " " + name + " in " + place.describe() + ": ";
    if (isInterruption(e)) {
      var interrupted = new InterruptedIOException(what + "interrupted");
      interrupted.initCause(e);
      return interrupted;
    }
    Optional<String> noCredentials = noCredentials(e);
    if (noCredentials.isPresent()) {
      return new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          what + noCredentials.get(),
          "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, use a profile, or give the machine a"
              + " role.",
          e);
    }
    if (e instanceof SdkServiceException answer) {
      return answered(request, what, answer);
    }
    Optional<StoreRefusedException> untrusted = UntrustedServer.refusal(what, e);
    return untrusted.isPresent()
        ? untrusted.get()
        : new StoreUnavailableException(what + rootReason(e), e);
  }

  /// A put that failed, perhaps after it took effect.
  ///
  /// @param sent whether the server may have had the whole body
  IOException unwritten(String name, SdkException e, Sent sent) {
    boolean mayHaveBeenDone =
        sent == Sent.WHOLE
            && (e instanceof SdkServiceException answer
                ? isInTrouble(answer) && !isBusy(answer) && !isFull(answer)
                : noCredentials(e).isEmpty());
    if (!mayHaveBeenDone) {
      return failed(Request.PUT, name, e);
    }
    return new WriteOutcomeUnknownException(
        "nobody can say whether "
            + name
            + " was put into "
            + place.describe()
            + ": "
            + (e instanceof SdkServiceException answer ? said(answer) : rootReason(e)),
        e);
  }

  /// How much of a body left.
  enum Sent {
    WHOLE,
    NOT_ALL
  }

  private IOException answered(Request request, String what, SdkServiceException e) {
    int status = e.statusCode();
    String code = codeOf(e);
    String said = what + said(e);
    // An answer that came before the body was sent may have lost its own.
    if (code.equals("NoSuchBucket") || (request == Request.PUT && status == NOT_FOUND)) {
      return noSuchBucket(e);
    }
    if (request == Request.DELETE && status < 500 && LOCK.matcher(code + " " + said(e)).find()) {
      return new BlobLockedException(said, e);
    }
    if (isFull(e)) {
      return new StoreFullException(said, e);
    }
    if (isBusy(e)) {
      return StoreUnavailableException.busy(said, e);
    }
    if (isInTrouble(e)
        || DAMAGED.contains(code)
        || status == REQUEST_TIMEOUT
        || status == CONFLICT) {
      return new StoreUnavailableException(said, e);
    }
    String advice = advice(request, status, code, e);
    return advice.equals(UNSUPPORTED)
        ? StoreRefusedException.unsupported(said, advice, e)
        : new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, said, advice, e);
  }

  StoreRefusedException noSuchBucket(SdkException e) {
    return new StoreRefusedException(
        missing,
        "there is no " + place.describe(),
        "Check the bucket's name, the region and the endpoint; a new bucket is made with the"
            + " store's own tools.",
        e);
  }

  private String advice(Request request, int status, String code, SdkServiceException e) {
    if ((status >= 300 && status < 400) || code.equals("IllegalLocationConstraintException")) {
      String region = header(e, "x-amz-bucket-region");
      return "The bucket is in another region: give it as ?region="
          + (region.isEmpty() ? "..." : region)
          + " at the end of the URL.";
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return "Set this machine's clock: the store trusts no request from another time.";
    }
    if (BAD_CREDENTIALS.contains(code) || status == 401) {
      return "Check the access key, its secret, its session token and the region.";
    }
    if (status == 403) {
      // An answer to HEAD has no body, so nothing says whether the key or the permission is wrong.
      return (code.isEmpty()
              ? "Check the access key and its secret. If they are right, allow "
              : "Allow ")
          + request.permission
          + " for these credentials in the bucket's policy; the guide's page on stores says what"
          + " each role needs.";
    }
    return UNSUPPORTED;
  }

  private static boolean isInTrouble(SdkServiceException e) {
    return e.statusCode() >= 500 && e.statusCode() != NOT_IMPLEMENTED;
  }

  private static boolean isBusy(SdkServiceException e) {
    return e.statusCode() == 429 || BUSY.contains(codeOf(e));
  }

  private static boolean isFull(SdkServiceException e) {
    return e.statusCode() == 507 || FULL.contains(codeOf(e));
  }

  private static boolean isInterruption(SdkException e) {
    return e instanceof AbortedException || Thread.currentThread().isInterrupted();
  }

  /// What was looked for in vain, if that is it.
  private static Optional<String> noCredentials(SdkException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof FoundCredentials.NoneException none) {
        return Optional.of(text(none.getMessage()));
      }
    }
    return Optional.empty();
  }

  static String codeOf(SdkServiceException e) {
    AwsErrorDetails details = e instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
    return details == null ? "" : text(details.errorCode());
  }

  /// Code, message and the request's number, which the store's own people ask for.
  private static String said(SdkServiceException e) {
    AwsErrorDetails details = e instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
    String message = details == null ? "" : text(details.errorMessage());
    String request = text(e.requestId());
    return String.format(
        Locale.ROOT,
        "%s%s (status %d%s)",
        codeOf(e),
        message.isEmpty() ? "" : (codeOf(e).isEmpty() ? "" : ": ") + message,
        e.statusCode(),
        request.isEmpty() ? "" : ", request " + request);
  }

  private static String header(SdkServiceException e, String name) {
    AwsErrorDetails details = e instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
    return details == null || details.sdkHttpResponse() == null
        ? ""
        : details.sdkHttpResponse().firstMatchingHeader(name).orElse("");
  }

  private static String rootReason(Throwable e) {
    Throwable root = e;
    for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    String message = text(root.getMessage());
    String type = root.getClass().getSimpleName().replace("Exception", "");
    return message.isEmpty() ? type : type + ": " + message;
  }

  private static String text(@Nullable String maybe) {
    return maybe == null ? "" : maybe;
  }
}
