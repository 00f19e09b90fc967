package io.holdfast.storage.azure;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreContext;
import java.util.Map;
import java.util.TreeMap;

/// `AZURE_STORAGE_CONNECTION_STRING`, as Azure's portal shows it: `Name=value;Name=value`.
final class ConnectionString {
  private final Map<String, String> values;

  private ConnectionString(Map<String, String> values) {
    this.values = values;
  }

  /// @throws BackupException `BAD_URL`
  static ConnectionString of(StoreContext context) {
    Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String part : context.variable("AZURE_STORAGE_CONNECTION_STRING").split(";", 100)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        values.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
      } else if (!part.isBlank()) {
        throw new BackupException(
            ErrorCode.BAD_URL,
            "AZURE_STORAGE_CONNECTION_STRING is not of the form Name=value;Name=value",
            "Copy it as the portal shows it, in quotes.");
      }
    }
    return new ConnectionString(values);
  }

  /// Empty if it is not given.
  String value(String name) {
    return values.getOrDefault(name, "");
  }
}
