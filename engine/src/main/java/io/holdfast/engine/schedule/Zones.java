package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;

/// Time zones by their names.
public final class Zones {
  private Zones() {}

  /// @param name of the IANA database, in its own case; a bare offset is none
  /// @throws BackupException `BAD_ARGUMENT` if there is no such zone
  public static ZoneId named(String name) {
    if (ZoneRulesProvider.getAvailableZoneIds().contains(name)) {
      return ZoneId.of(name);
    }
    String meant =
        ZoneRulesProvider.getAvailableZoneIds().stream()
            .filter(name::equalsIgnoreCase)
            .sorted()
            .findFirst()
            .map(zone -> "Write " + zone + ".")
            .orElse("Give a name of the IANA database, for example Europe/Berlin or UTC.");
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT, "there is no time zone '" + name + "'", meant);
  }
}
