package io.holdfast.engine.rows;

import io.holdfast.portable.PortableNames;
import io.holdfast.postgres.dump.SqlName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/// Names for tables that any file system takes: `schema.table` where that can be, else with `_` for
/// what cannot and a part of a hash that keeps them apart. *Confined.*
public final class ExportNames {
  private static final int PLAIN_CHARACTERS_MAX = 100;
  private static final int HASH_BYTES = 6;

  private final Set<String> taken = new HashSet<>();

  public String of(SqlName table) {
    return of(table.toString(), table.schema() + "\0" + table.name());
  }

  /// @param name what it should be
  /// @param identity what tells it from others
  public String of(String name, String identity) {
    if (name.length() <= PLAIN_CHARACTERS_MAX && PortableNames.isPlain(name) && take(name)) {
      return name;
    }
    String plain = name.replaceAll("[^A-Za-z0-9_.-]", "_").replaceAll("\\.{2,}", "_");
    String start = plain.substring(0, Math.min(plain.length(), PLAIN_CHARACTERS_MAX));
    String made = "_" + start + "-" + hash(identity);
    while (!take(made)) {
      made += "_";
    }
    return made;
  }

  private boolean take(String name) {
    return taken.add(name.toLowerCase(Locale.ROOT));
  }

  private static String hash(String identity) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
