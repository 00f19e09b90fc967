package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Optional;
import java.util.regex.Pattern;

/// An e-mail address in ASCII, which nothing can be put behind.
public record EmailAddress(String text) {
  private static final int LENGTH_MAX = 254;
  private static final Pattern LOCAL =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

  /// @throws BackupException `BAD_CONFIGURATION` if it is none
  public EmailAddress {
    int at = text.lastIndexOf('@');
    boolean isAddress =
        text.length() <= LENGTH_MAX
            && at > 0
            && at <= 64
            && LOCAL.matcher(text.substring(0, at)).matches()
            && !text.endsWith(".")
            && HostName.alone(text.substring(at + 1)).filter(it -> !it.isAddress()).isPresent();
    if (!isAddress) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          Quoted.of(text) + " is no e-mail address",
          "Give NAME@DOMAIN, with a domain outside of ASCII in its xn-- form.");
    }
  }

  /// Empty if it is none.
  static Optional<EmailAddress> of(String text) {
    try {
      return Optional.of(new EmailAddress(text));
    } catch (BackupException _) {
      return Optional.empty();
    }
  }

  String domain() {
    return text.substring(text.lastIndexOf('@') + 1);
  }
}
