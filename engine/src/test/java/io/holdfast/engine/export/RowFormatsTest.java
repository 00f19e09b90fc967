package io.holdfast.engine.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.engine.rows.CopyText;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.portable.Column;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows keep their values in every form, whatever is in them.
class RowFormatsTest {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("id", "integer"),
          new Column("na\"me", "text"),
          new Column("fit", "boolean"),
          new Column("rate", "double precision"));

  private static final String ROWS =
      "1\ta \"b\", c\\nd\\\\e\\tf\tt\tNaN\n"
          + "2\t\tf\t1.5\n"
          + "3\t\\N\t\\N\t\\N\n"
          + "-4\t\\\\N\tt\t-Infinity\n"
          + "5\t\\\\.\tt\t1e+20\n"
          + "6\tünï\\r☃😀\tt\t0\n";

  private static StoredTable table(String encoding) {
    return new StoredTable(
        "t", new SqlName("pub\"lic", "t\n"), COLUMNS, encoding, 6, 0, InputStream::nullInputStream);
  }

  private static String written(RowFormat format, String encoding, String rows) throws IOException {
    Charset charset =
        encoding.equals("LATIN1") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long count =
        format.write(table(encoding), new ByteArrayInputStream(rows.getBytes(charset)), out);
    assertThat(count).isEqualTo(rows.lines().count());
    return out.toString(format instanceof SqlFormat ? charset : StandardCharsets.UTF_8);
  }

  @Test
  void csvTellsAbsentFromEmpty() throws IOException {
    assertThat(written(new CsvFormat(), "UTF8", ROWS))
        .isEqualTo(
            "\"id\",\"na\"\"me\",\"fit\",\"rate\"\r\n"
                + "\"1\",\"a \"\"b\"\", c\nd\\e\tf\",\"t\",\"NaN\"\r\n"
                + "\"2\",\"\",\"f\",\"1.5\"\r\n"
                + "\"3\",,,\r\n"
                + "\"-4\",\"\\N\",\"t\",\"-Infinity\"\r\n"
                + "\"5\",\"\\.\",\"t\",\"1e+20\"\r\n"
                + "\"6\",\"ünï\r☃😀\",\"t\",\"0\"\r\n");
  }

  @Test
  void jsonHasTheValuesOfPortableFiles() throws IOException {
    assertThat(written(new JsonFormat(), "UTF8", ROWS).lines())
        .containsExactly(
            "{\"id\":1,\"na\\\"me\":\"a \\\"b\\\", c\\nd\\\\e\\tf\",\"fit\":true,\"rate\":\"NaN\"}",
            "{\"id\":2,\"na\\\"me\":\"\",\"fit\":false,\"rate\":1.5}",
            "{\"id\":3,\"na\\\"me\":null,\"fit\":null,\"rate\":null}",
            "{\"id\":-4,\"na\\\"me\":\"\\\\N\",\"fit\":true,\"rate\":\"-Infinity\"}",
            "{\"id\":5,\"na\\\"me\":\"\\\\.\",\"fit\":true,\"rate\":1e+20}",
            "{\"id\":6,\"na\\\"me\":\"ünï\\r☃😀\",\"fit\":true,\"rate\":0}");
  }

  @Test
  void sqlHasTheRowsAsTheyAreAndNamesOnlyWhereNamesStand() throws IOException {
    String sql = written(new SqlFormat(), "UTF8", ROWS);
    assertThat(sql)
        .contains("SET client_encoding = 'UTF8';\n")
        .endsWith(
            "COPY \"pub\"\"lic\".\"t\n\" (\"id\", \"na\"\"me\", \"fit\", \"rate\") FROM stdin;\n"
                + ROWS
                + "\\.\n");
  }

  @Test
  void otherEncodingsBecomeUtf8ButInSql() throws IOException {
    String rows = "1\tünï\tt\t0\n";
    assertThat(written(new CsvFormat(), "LATIN1", rows)).contains("\"1\",\"ünï\",");
    assertThat(written(new JsonFormat(), "LATIN1", rows)).contains("\"ünï\"");
    assertThat(written(new SqlFormat(), "LATIN1", rows))
        .contains("SET client_encoding = 'LATIN1'")
        .endsWith(rows + "\\.\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1\t2\t3\n", "1\t2\t3\t4\t5\n", "1\t2\t3\t4", "1\t2"})
  void rowsThatAreNotWholeAreNoticed(String rows) {
    for (RowFormat format : List.of(new CsvFormat(), new JsonFormat())) {
      assertThatThrownBy(() -> written(format, "UTF8", rows))
          .isInstanceOf(CorruptRepositoryException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1\n\\.\n\\! touch /tmp/x\n", "\\.\n", "\\.\r\n\\! x\n", "1\n\\."})
  void noRowEndsTheRowsInSql(String rows) {
    assertThatThrownBy(() -> written(new SqlFormat(), "UTF8", rows))
        .isInstanceOf(CorruptRepositoryException.class);
  }

  @Test
  void aRowBeyondTheLimitIsRefusedAndNotHeld() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            java.util.Arrays.fill(target, offset, offset + length, (byte) 'x');
            return length;
          }
        };
    assertThatThrownBy(() -> new CopyText(endless, "table t", 1).next())
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("more than 64")
        .hasMessageContaining("table t");
  }

  @Test
  void noTextIsNoticed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] rows = {'1', '\t', (byte) 0xff, '\t', 't', '\t', '1', '\n'};
    assertThatThrownBy(
            () -> new JsonFormat().write(table("UTF8"), new ByteArrayInputStream(rows), out))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("UTF-8");
  }
}
