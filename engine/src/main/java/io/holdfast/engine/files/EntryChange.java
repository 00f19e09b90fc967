package io.holdfast.engine.files;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// How an entry differs between two backups.
public record EntryChange(Kind kind, String path) {
  /// What differs.
  public enum Kind {
    ADDED("+"),
    REMOVED("-"),
    CONTENT("M"),
    METADATA("m"),
    TYPE("T");

    private final String sign;

    Kind(String sign) {
      this.sign = sign;
    }
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("change", kind.name().toLowerCase(Locale.ROOT));
    map.put("path", "/" + path);
    return map;
  }

  public String describe() {
    return kind.sign + " " + ListedEntry.printable("/" + path);
  }
}
