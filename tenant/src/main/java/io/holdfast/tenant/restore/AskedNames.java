package io.holdfast.tenant.restore;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.closure.NamesOfOthers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Asks the database about many names at once. *Confined.*
final class AskedNames {
  private static final String NAME = "hf_names";
  private static final String TABLE = "pg_temp." + NAME;
  private static final int LINES_BYTES = 1 << 20;

  private final DatabaseSession session;
  private final Steps steps;

  AskedNames(DatabaseSession session, Steps steps) {
    this.session = session;
    this.steps = steps;
  }

  /// Those that rows of others name.
  Set<String> ofOthers(
      NamesOfOthers others, String store, Optional<String> directory, Collection<String> names)
      throws IOException {
    if (names.isEmpty()) {
      return Set.of();
    }
    steps.run(
        List.of(
            "CREATE TEMP TABLE IF NOT EXISTS "
                + NAME
                + " (line pg_catalog.text NOT NULL) ON COMMIT DROP",
            "TRUNCATE " + TABLE));
    load(names);
    steps.run("ANALYZE " + TABLE);
    Set<String> found = new HashSet<>();
    for (List<String> row :
        session.query(
            others.files(
                store,
                directory,
                "SELECT pg_catalog.convert_from(pg_catalog.decode(line, 'base64'), 'UTF8') FROM "
                    + TABLE))) {
      found.add(row.getFirst());
    }
    return found;
  }

  /// In a form in which no character means anything else.
  private void load(Collection<String> names) throws IOException {
    Base64.Encoder base64 = Base64.getEncoder();
    StringBuilder lines = new StringBuilder();
    session.beginCopy("COPY " + TABLE + " FROM STDIN (ENCODING 'UTF8')");
    for (String name : names) {
      lines.append(base64.encodeToString(name.getBytes(StandardCharsets.UTF_8))).append('\n');
      if (lines.length() >= LINES_BYTES) {
        send(lines);
      }
    }
    send(lines);
    session.endCopy();
  }

  private void send(StringBuilder lines) throws IOException {
    byte[] bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
    session.send(bytes, 0, bytes.length);
    lines.setLength(0);
  }
}
