package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Something is in a domain that was shredded: not damage, but what somebody wanted.
public final class ShreddedDomainException extends BackupException {
  private static final long serialVersionUID = 1L;

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  ShreddedDomainException(ShreddedDomain domain) {
    this("the domain '" + domain.name() + "' was shredded on " + day(domain));
  }

  private ShreddedDomainException(String message) {
    super(
        ErrorCode.DOMAIN_SHREDDED,
        message,
        "Nothing in it can be read any more, by any key. To back the source up again, give it"
            + " another domain ('domain:' in holdfast.yaml, or BACKUP_DOMAIN).");
  }

  /// For something that was in the domain.
  ///
  /// @param what for example a backup
  public static ShreddedDomainException of(String what, ShreddedDomain domain) {
    return new ShreddedDomainException(
        what + " was shredded with the domain '" + domain.name() + "' on " + day(domain));
  }

  /// The day in UTC, for messages.
  public static String day(ShreddedDomain domain) {
    return DAY.format(domain.at());
  }
}
