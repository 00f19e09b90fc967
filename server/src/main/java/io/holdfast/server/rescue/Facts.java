package io.holdfast.server.rescue;

import io.holdfast.engine.catalog.SavedCatalog;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a saved catalog says of itself.
final class Facts {
  /// The version of the tables.
  static final String TABLES = "tables";

  /// Tables whose rows are counted.
  static final List<String> COUNTED =
      List.of("users", "api_tokens", "accounts", "account_settings", "schedules");

  /// The number of the last entry of the audit log.
  static final String AUDIT = "audit";

  /// The digest of that entry.
  static final String AUDIT_DIGEST = "auditDigest";

  private Facts() {}

  static long count(SavedCatalog saved, String fact) {
    String text = saved.facts().getOrDefault(fact, "0");
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  /// Whether somebody set its server up or used it.
  static boolean isUsed(SavedCatalog saved) {
    return count(saved, "users") > 0 || count(saved, "account_settings") > 0;
  }

  /// In words.
  static String counts(SavedCatalog saved) {
    String tables =
        COUNTED.stream()
            .map(table -> count(saved, table) + " " + table.replace('_', ' '))
            .collect(Collectors.joining(", "));
    return tables + ", " + count(saved, AUDIT) + " audit entries";
  }

  static Optional<String> tables(SavedCatalog saved) {
    return Optional.ofNullable(saved.facts().get(TABLES));
  }
}
