package io.holdfast.storage.web;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreRefusedException;
import java.security.cert.CertificateException;
import java.util.Optional;

/// Tells a server whose certificate is not trusted from one that cannot be reached: to try again
/// does not help, and nothing was sent.
public final class UntrustedServer {
  private static final int CAUSES_MAX = 20;

  private static final String ADVICE =
      "If the store has a certificate of your own authority, name the authority's PEM file with"
          + " ?ca-file=... in the URL; then no other one is trusted. Check the host name in the URL"
          + " and this machine's clock, too.";

  private UntrustedServer() {}

  /// What to throw, if that is why a request failed.
  ///
  /// @param what the beginning of the message
  public static Optional<StoreRefusedException> refusal(String what, Throwable failure) {
    Throwable at = failure;
    boolean isUntrusted = false;
    for (int depth = 0; depth < CAUSES_MAX; depth++) {
      isUntrusted |= at instanceof CertificateException;
      if (at.getCause() == null) {
        break;
      }
      at = at.getCause();
    }
    return isUntrusted
        ? Optional.of(
            new StoreRefusedException(
                ErrorCode.STORE_UNAVAILABLE,
                what + "the server's certificate is not trusted: " + at.getMessage(),
                ADVICE,
                failure))
        : Optional.empty();
  }
}
