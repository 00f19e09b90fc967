package io.holdfast.postgres.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A script is taken apart where `psql` would take it apart.
class ScriptReaderTest {
  /// The parts, with `ROWS` behind those that have some.
  private static List<String> parts(String script) throws IOException {
    return parts(new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> parts(InputStream in) throws IOException {
    List<String> parts = new ArrayList<>();
    ScriptReader reader = new ScriptReader(in);
    for (Optional<ScriptReader.Part> part = reader.next(); part.isPresent(); part = reader.next()) {
      String text = new String(reader.bytes(), StandardCharsets.UTF_8);
      if (part.get() == ScriptReader.Part.COPY) {
        int columns = CopyStatement.parse(text).columns().size();
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        long count = reader.copyRows(columns, rows::write);
        text += " ROWS " + count + " " + rows.toString(StandardCharsets.UTF_8);
      }
      parts.add(part.get() + " " + text);
    }
    return parts;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'a;b';",
        "SELECT 'it''s;';",
        "SELECT E'it\\';s';",
        "SELECT e'it''s\\';';",
        "SELECT 'back\\';",
        "SELECT \"a;\"\"b\";",
        "SELECT $$a;b$$;",
        "SELECT $x$ $y$ ; $$ $x $x$;",
        "SELECT $x$ $$x$;",
        "SELECT a$1;",
        "SELECT 1 -- a;b\n;",
        "SELECT 1 /* a; /* b; */ c; */;",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);",
        "CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 END; SELECT 2;\nEND;",
        "CREATE OR REPLACE PROCEDURE \"begin\"(a int) BEGIN ATOMIC INSERT INTO t VALUES (1); END;",
        "SELECT 'ü; ☃' AS begin;",
        "BEGIN;",
        "SELECT 1 AS \"end\", U&'a;b';",
      })
  void aStatementEndsAtItsOwnSemicolon(String statement) throws IOException {
    assertThat(parts(statement + "\n" + statement + "COMMIT;"))
        .containsExactly("STATEMENT " + statement, "STATEMENT " + statement, "STATEMENT COMMIT;");
  }

  @Test
  void backslashesInStringsMeanWhatTheScriptSays() throws IOException {
    assertThat(
            parts(
                "SET standard_conforming_strings = off;\nSELECT 'a\\';b';\n"
                    + "SET standard_conforming_strings = on;\nSELECT 'a\\';"))
        .containsExactly(
            "STATEMENT SET standard_conforming_strings = off;",
            "STATEMENT SELECT 'a\\';b';",
            "STATEMENT SET standard_conforming_strings = on;",
            "STATEMENT SELECT 'a\\';");
  }

  @Test
  void rowsEndAtTheirMarkAndNotBefore() throws IOException {
    String rows = "1\t\\\\.\n\\\\.\tx\n\\N\t-- no; 'comment\n\\.x\ty\n";
    String script =
        "--\n-- Name: t\n--\n\nCOPY public.t (a, \"B c\") FROM stdin;\n"
            + rows
            + "\\.\n\n\nSELECT 1;\n";
    List<String> expected =
        List.of(
            "COMMENT --",
            "COMMENT -- Name: t",
            "COMMENT --",
            "COPY COPY public.t (a, \"B c\") FROM stdin; ROWS 4 " + rows,
            "STATEMENT SELECT 1;");
    assertThat(parts(script)).isEqualTo(expected);
    assertThat(parts(new OneByOne(script))).isEqualTo(expected);
  }

  @Test
  void aTableWithoutRowsOrColumnsIsRead() throws IOException {
    assertThat(parts("COPY public.t  FROM stdin;\n\n\n\\.\nCOPY u (a) FROM stdin;\n\\."))
        .containsExactly(
            "COPY COPY public.t  FROM stdin; ROWS 2 \n\n", "COPY COPY u (a) FROM stdin; ROWS 0 ");
  }

  @Test
  void commandsForPsqlAreLinesOfTheirOwn() throws IOException {
    assertThat(parts("\\restrict abc\nSELECT 1;\n\\connect \"my db\"\n\\unrestrict abc\n"))
        .containsExactly(
            "COMMAND \\restrict abc",
            "STATEMENT SELECT 1;",
            "COMMAND \\connect \"my db\"",
            "COMMAND \\unrestrict abc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT 'a;",
        "SELECT $a$ ; $b$;",
        "SELECT (1;",
        "SELECT 1 /* ; ",
        "SELECT 1 \\! touch /tmp/x\n;",
        "COPY t (a) FROM stdin;\n1\n",
        "COPY t (a) FROM stdin;\n1\n\\",
        "COPY t (a) FROM stdin;\n1\t2\n\\.\n",
        "COPY t (a, b) FROM stdin;\n1\n\\.\n",
        "COPY t (a) FROM stdin; SELECT 1;\n\\.\n",
        "COPY t (a) FROM stdin WITH (FORMAT csv);\n1\n\\.\n",
        "COPY t (a FROM stdin;\n1\n\\.\n",
      })
  void whatIsCutOffOrStrangeIsRefused(String script) {
    assertThatThrownBy(() -> parts(script)).isInstanceOf(ScriptException.class);
  }

  @Test
  void namesAreReadAsTheServerReadsThem() throws IOException {
    CopyStatement copy =
        CopyStatement.parse("COPY \"Sch\"\"ema\".Tab_1$ (a,\"B,(c\", ünï) FROM stdin;");
    assertThat(copy.name("public").schema()).isEqualTo("Sch\"ema");
    assertThat(copy.name("public").name()).isEqualTo("tab_1$");
    assertThat(copy.columns()).containsExactly("\"a\"", "\"B,(c\"", "\"ünï\"");
  }

  @Test
  void typesOfColumnsAreThoseOfTheDefinition() throws IOException {
    TableDefinition table =
        TableDefinition.parse(
                """
                CREATE UNLOGGED TABLE public."T t" (
                    id integer NOT NULL,
                    name character varying(20) DEFAULT 'a, NOT NULL ('::character varying COLLATE "C",
                    "order" numeric(10,2)[] GENERATED ALWAYS AS ((id * 2)) STORED,
                    kind public."my NOT NULL type" CONSTRAINT k NOT NULL,
                    at timestamp(3) with time zone,
                    CONSTRAINT c CHECK ((id > 0))
                )
                INHERITS (public.parent, other."P 2");
                """,
                "public")
            .orElseThrow();
    assertThat(table.types())
        .containsOnly(
            java.util.Map.entry("id", "integer"),
            java.util.Map.entry("name", "character varying(20)"),
            java.util.Map.entry("order", "numeric(10,2)[]"),
            java.util.Map.entry("kind", "public.\"my NOT NULL type\""),
            java.util.Map.entry("at", "timestamp(3) with time zone"));
    assertThat(table.parents())
        .extracting(Object::toString)
        .containsExactly("public.parent", "other.P 2");
    assertThat(TableDefinition.parse("CREATE TABLE a PARTITION OF b;", "s").orElseThrow().types())
        .isEmpty();
  }

  /// Hands out one byte at a time, so that nothing lies in one piece.
  private static final class OneByOne extends FilterInputStream {
    OneByOne(String text) {
      super(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return super.read(target, offset, Math.min(1, length));
    }
  }
}
