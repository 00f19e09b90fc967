package io.holdfast.postgres.dump;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.DatabaseSession.CopySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// Reads large objects as one stream: of each its number, the commands that restore its owner,
/// privileges and comment, and its bytes in pieces of which only the last one is shorter than
/// [#PIECE_BYTES]. Integers are big endian.
///
/// ```
/// object = u32 number, text owner, text privileges, text comment, piece…
/// text   = u32 length, UTF-8
/// piece  = u32 length, bytes
/// ```
public final class LargeObjects {
  /// Bytes of a piece.
  public static final int PIECE_BYTES = 1 << 20;

  /// Objects that are asked for at once; their first bytes are held in memory.
  private static final int AT_ONCE = 64;

  private static final int FIRST_BYTES = 64 << 10;

  private static final String OWNER =
      "'ALTER LARGE OBJECT ' || m.oid || ' OWNER TO ' || pg_catalog.quote_ident(r.rolname)";

  private static final String GRANT =
      "'; GRANT ' || a.privilege_type || ' ON LARGE OBJECT ' || m.oid || ' TO '"
          + " || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(g.rolname) END"
          + " || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END";

  private static final String PRIVILEGES =
      "CASE WHEN m.lomacl IS NULL THEN '' ELSE 'REVOKE ALL ON LARGE OBJECT ' || m.oid || ' FROM '"
          + " || pg_catalog.quote_ident(r.rolname) || coalesce((SELECT pg_catalog.string_agg("
          + GRANT
          + ", '') FROM pg_catalog.aclexplode(m.lomacl) a"
          + " LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee), '') END";

  private static final String COMMENT =
      "coalesce('COMMENT ON LARGE OBJECT ' || m.oid || ' IS '"
          + " || pg_catalog.quote_literal(pg_catalog.obj_description(m.oid, 'pg_largeobject')), '')";

  private LargeObjects() {}

  /// Copies all objects out, in the order of their numbers.
  ///
  /// @return how many there are
  public static long copy(DatabaseSession session, CopySink sink) throws IOException {
    long last = -1;
    long count = 0;
    while (true) {
      List<List<byte[]>> objects =
          session.queryBytes(list(last < 0 ? "" : "WHERE m.oid > " + last));
      for (List<byte[]> object : objects) {
        last = Long.parseLong(new String(object.getFirst(), StandardCharsets.US_ASCII));
        put(session, object, last, sink);
        count++;
      }
      if (objects.size() < AT_ONCE) {
        return count;
      }
    }
  }

  /// Copies these objects out, in this order; those that do not exist are passed over.
  ///
  /// @return how many there are
  public static long copy(DatabaseSession session, List<Long> numbers, CopySink sink)
      throws IOException {
    long count = 0;
    for (long number : numbers) {
      List<List<byte[]>> found = session.queryBytes(list("WHERE m.oid = " + number));
      if (!found.isEmpty()) {
        put(session, found.getFirst(), number, sink);
        count++;
      }
    }
    return count;
  }

  private static void put(DatabaseSession session, List<byte[]> object, long number, CopySink sink)
      throws IOException {
    put(sink, number((int) number));
    for (byte[] text : object.subList(1, 4)) {
      put(sink, number(text.length));
      put(sink, text);
    }
    content(session, number, bytes(object.get(4)), sink);
  }

  private static String list(String where) {
    return "SELECT m.oid, "
        + OWNER
        + ", "
        + PRIVILEGES
        + ", "
        + COMMENT
        + ", pg_catalog.lo_get(m.oid, 0, "
        + FIRST_BYTES
        + ") FROM pg_catalog.pg_largeobject_metadata m"
        + " JOIN pg_catalog.pg_roles r ON r.oid = m.lomowner "
        + where
        + " ORDER BY m.oid LIMIT "
        + AT_ONCE;
  }

  private static void content(DatabaseSession session, long number, byte[] first, CopySink sink)
      throws IOException {
    if (first.length < FIRST_BYTES) {
      piece(first, sink);
      return;
    }
    long offset = 0;
    byte[] piece;
    do {
      String sql = "SELECT pg_catalog.lo_get(" + number + ", " + offset + ", " + PIECE_BYTES + ")";
      piece = bytes(session.queryBytes(sql).getFirst().getFirst());
      piece(piece, sink);
      offset += piece.length;
    } while (piece.length == PIECE_BYTES);
  }

  private static void piece(byte[] bytes, CopySink sink) throws IOException {
    put(sink, number(bytes.length));
    put(sink, bytes);
  }

  /// A value of type `bytea` as it comes with `bytea_output = hex`.
  private static byte[] bytes(byte[] value) {
    return HexFormat.of()
        .parseHex(new String(value, 2, value.length - 2, StandardCharsets.US_ASCII));
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static void put(CopySink sink, byte[] bytes) throws IOException {
    sink.take(bytes, 0, bytes.length);
  }
}
