package io.holdfast.engine.tenant;

import io.holdfast.postgres.dump.LargeObjectReader;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.restore.TenantRestore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Large objects of a restore: those that are missing or have another content are made anew, and
/// nothing that is there is changed. Owners and privileges are those of the backup where roles of
/// these names exist. *Confined.*
final class ObjectFilling {
  private static final int LINES_BYTES = 1 << 20;

  private final TenantContents contents;
  private final DatabaseSession session;

  ObjectFilling(TenantContents contents, DatabaseSession session) {
    this.contents = contents;
    this.session = session;
  }

  /// Tells the restore what the backup has of a group, and what of that is there. A copy shares no
  /// object: whoever deletes its row may delete the object too.
  void announce(String group, TenantRestore rows) throws IOException {
    rows.beginObjects(group);
    StringBuilder lines = new StringBuilder();
    MessageDigest sha = AssetStore.sha256();
    LargeObjectReader reader =
        new LargeObjectReader(
            new LargeObjectReader.Sink() {
              @Override
              public void begin(LargeObjectReader.Head head) {
                sha.reset();
              }

              @Override
              public void piece(byte[] bytes, int offset, int length) {
                sha.update(bytes, offset, length);
              }

              @Override
              public void end(LargeObjectReader.Head head) throws IOException {
                String hash = HexFormat.of().formatHex(sha.digest());
                boolean there = !rows.isCopy() && hash.equals(hashOf(head.number()));
                lines.append(head.number()).append('\t').append(hash).append('\t');
                lines.append(head.number()).append('\t').append(there ? "f" : "t").append('\n');
                if (lines.length() >= LINES_BYTES) {
                  tell(rows, lines);
                }
              }
            });
    contents.copy(TenantPaths.largeObjects(group), reader::take);
    reader.finish();
    tell(rows, lines);
    rows.endObjects();
  }

  private static void tell(TenantRestore rows, StringBuilder lines) throws IOException {
    rows.objects(lines.toString().getBytes(StandardCharsets.US_ASCII));
    lines.setLength(0);
  }

  /// Of what is there; no hash if nothing is.
  private String hashOf(long number) throws IOException {
    String there =
        session.value(
            "SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata WHERE oid = "
                + number);
    if (there.equals("0")) {
      return "";
    }
    MessageDigest sha = AssetStore.sha256();
    int length;
    long offset = 0;
    do {
      byte[] hex =
          session
              .queryBytes(
                  "SELECT pg_catalog.lo_get("
                      + number
                      + ", "
                      + offset
                      + ", "
                      + LargeObjectReader.PIECE_BYTES
                      + ")")
              .getFirst()
              .getFirst();
      byte[] piece =
          HexFormat.of().parseHex(new String(hex, 2, hex.length - 2, StandardCharsets.US_ASCII));
      sha.update(piece);
      length = piece.length;
      offset += length;
    } while (length == LargeObjectReader.PIECE_BYTES);
    return HexFormat.of().formatHex(sha.digest());
  }

  /// Fills those that rows have.
  void fill(String group, TenantRestore rows) throws IOException {
    Map<Long, Long> wanted = rows.wantedObjects(group);
    if (wanted.isEmpty()) {
      return;
    }
    LargeObjectReader reader = new LargeObjectReader(new Filling(wanted));
    contents.copy(TenantPaths.largeObjects(group), reader::take);
    reader.finish();
  }

  private final class Filling implements LargeObjectReader.Sink {
    private final Map<Long, Long> wanted;
    private long now;
    private long offset;

    Filling(Map<Long, Long> wanted) {
      this.wanted = wanted;
    }

    @Override
    public void begin(LargeObjectReader.Head head) {
      now = wanted.getOrDefault(head.number(), 0L);
      offset = 0;
    }

    @Override
    public void piece(byte[] bytes, int from, int length) throws IOException {
      if (now != 0 && length > 0) {
        session.query(
            "SELECT pg_catalog.lo_put("
                + now
                + ", "
                + offset
                + ", '\\x"
                + HexFormat.of().formatHex(bytes, from, from + length)
                + "')");
        offset += length;
      }
    }

    @Override
    public void end(LargeObjectReader.Head head) throws IOException {
      if (now == 0) {
        return;
      }
      for (LargeObjectReader.Grant grant : head.grants()) {
        if (roles(grant.role())) {
          session.query(
              "GRANT "
                  + grant.privilege()
                  + " ON LARGE OBJECT "
                  + now
                  + " TO "
                  + (grant.role().isEmpty() ? "PUBLIC" : SqlName.quote(grant.role())));
        }
      }
      if (head.owner().isPresent() && isOther(head.owner().get())) {
        session.query(
            "ALTER LARGE OBJECT " + now + " OWNER TO " + SqlName.quote(head.owner().get()));
      }
    }

    private boolean roles(String name) throws IOException {
      return name.isEmpty()
          || !session
              .query("SELECT FROM pg_catalog.pg_roles WHERE rolname = " + SqlName.literal(name))
              .isEmpty();
    }

    /// Whether it can be given to this role.
    private boolean isOther(String role) throws IOException {
      List<List<String>> found =
          session.query(
              "SELECT pg_catalog.pg_has_role(oid, 'MEMBER'), rolname = CURRENT_USER FROM pg_catalog.pg_roles WHERE rolname = "
                  + SqlName.literal(role));
      return !found.isEmpty()
          && found.getFirst().get(0).equals("t")
          && found.getFirst().get(1).equals("f");
    }
  }
}
