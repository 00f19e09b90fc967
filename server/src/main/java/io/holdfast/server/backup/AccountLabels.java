package io.holdfast.server.backup;

import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRequest.TenantBackup.Assets;
import io.holdfast.server.run.RunRequest.TenantBackup.Sealing;
import io.holdfast.server.source.Applications;
import java.util.Map;
import java.util.Optional;

/// What a backup of an account says of itself, so that a catalog can be made anew from the
/// repository alone.
///
/// @param application whose account it is
/// @param account as the application knows it
/// @param scope `full`, or the name of a smaller scope
record AccountLabels(
    String application,
    String account,
    String scope,
    boolean audio,
    boolean documents,
    boolean sealed) {
  private static final String PREFIX = "label.";
  private static final String APPLICATION = "application";
  private static final String ACCOUNT = "account";
  private static final String SCOPE = "scope";
  private static final String AUDIO = "audio";
  private static final String DOCUMENTS = "documents";
  private static final String FILE = "file";
  private static final String YES = "yes";
  private static final String NO = "no";
  private static final String SEALED = "sealed";
  private static final String PLAIN = "plain";

  static Map<String, String> of(RunRequest.TenantBackup backup) {
    return Map.of(
        APPLICATION,
        backup.owner().application(),
        ACCOUNT,
        backup.owner().externalId(),
        SCOPE,
        backup.scope(),
        AUDIO,
        backup.included().contains(Assets.AUDIO) ? YES : NO,
        DOCUMENTS,
        backup.included().contains(Assets.DOCUMENTS) ? YES : NO,
        FILE,
        backup.file() == Sealing.SEALED ? SEALED : PLAIN);
  }

  /// Of the safety backup that a copy makes of the account that it is for.
  ///
  /// @param target as the application knows it
  static Map<String, String> ofSafety(RunRequest.TenantRestore copy, String target) {
    return Map.of(
        APPLICATION,
        copy.owner().application(),
        ACCOUNT,
        target,
        SCOPE,
        copy.scope(),
        AUDIO,
        YES,
        DOCUMENTS,
        YES,
        FILE,
        SEALED);
  }

  /// Empty for a backup of no account.
  static Optional<AccountLabels> in(Map<String, String> attributes) {
    String application = attributes.get(PREFIX + APPLICATION);
    String account = attributes.get(PREFIX + ACCOUNT);
    if (application == null || account == null) {
      return Optional.empty();
    }
    return Optional.of(
        new AccountLabels(
            application,
            account,
            attributes.getOrDefault(PREFIX + SCOPE, Applications.FULL),
            YES.equals(attributes.get(PREFIX + AUDIO)),
            YES.equals(attributes.get(PREFIX + DOCUMENTS)),
            SEALED.equals(attributes.get(PREFIX + FILE))));
  }
}
