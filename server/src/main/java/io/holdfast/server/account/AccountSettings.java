package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.plan.Rate;
import io.holdfast.engine.plan.Tier;
import io.holdfast.engine.plan.Tiers;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// What an account chose about its backups.
///
/// @param frequency hourly, daily, weekly, monthly or disabled
/// @param retentionDays backups older than this go, but for the newest good one
/// @param maxBackups more than this go likewise, the oldest first
/// @param encryptBackups whether files that are downloaded are sealed; the repository always is
public record AccountSettings(
    boolean autoBackupEnabled,
    String frequency,
    boolean includeAudioFiles,
    boolean includeDocuments,
    int retentionDays,
    int maxBackups,
    boolean encryptBackups) {
  static final String DISABLED = "disabled";
  private static final int DAYS_MAX = 3650;
  private static final int BACKUPS_MAX = 50;

  /// @throws BackupException `BAD_ARGUMENT`
  public AccountSettings {
    if (!frequency.equals(DISABLED)) {
      var _ = rate(frequency);
    }
    requireFrom1(retentionDays, DAYS_MAX, "retentionDays");
    requireFrom1(maxBackups, BACKUPS_MAX, "maxBackups");
  }

  /// Where an account chose nothing.
  static AccountSettings usual(Tiers tiers, Tier tier) {
    return new AccountSettings(true, tiers.usual(tier).word(), false, true, 30, 10, true);
  }

  private static Rate rate(String word) {
    return Arrays.stream(Rate.values())
        .filter(rate -> rate.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " is no frequency",
                    "Give hourly, daily, weekly, monthly or disabled."));
  }

  private static void requireFrom1(int value, int most, String name) {
    if (value < 1 || value > most) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT, "'" + name + "' cannot be " + value, "Give 1 to " + most + ".");
    }
  }

  /// @throws BackupException `BAD_ARGUMENT` if the tier does not have this frequency
  void requireAllowed(Tiers tiers, Tier tier) {
    if (!frequency.equals(DISABLED) && !tiers.allows(tier, rate(frequency))) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the tier " + tier.word() + " has no " + frequency + " backups",
          "It has "
              + Arrays.stream(Rate.values())
                  .filter(rate -> tiers.allows(tier, rate))
                  .map(Rate::word)
                  .collect(Collectors.joining(", "))
              + ".");
    }
  }

  /// How often backups are really made: a tier that no longer allows what was chosen has the most
  /// frequent one that is no more frequent than that, or else what is usual.
  Optional<Rate> effective(Tiers tiers, Tier tier) {
    if (!autoBackupEnabled || frequency.equals(DISABLED)) {
      return Optional.empty();
    }
    Rate chosen = rate(frequency);
    return Optional.of(
        Arrays.stream(Rate.values())
            .filter(rate -> rate.compareTo(chosen) >= 0 && tiers.allows(tier, rate))
            .findFirst()
            .orElseGet(() -> tiers.usual(tier)));
  }
}
