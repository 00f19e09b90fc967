package io.holdfast.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.dump.TableData.Reading;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableDataTest {
  private static final SqlName NAME = new SqlName("s", "we\"ird");

  @Test
  void aSmallTableIsCopiedWhole() {
    assertThat(commands(table(TableData.PART_PAGES, Reading.RANGES, "")))
        .containsExactly("COPY \"s\".\"we\"\"ird\" (a, \"B\") TO STDOUT (ENCODING 'UTF8')");
  }

  @Test
  void aLargeTableIsReadInRangesOfWhichTheLastHasNoEnd() {
    String select = "COPY (SELECT a, \"B\" FROM ONLY \"s\".\"we\"\"ird\" WHERE ctid >= ";
    assertThat(commands(table(2 * TableData.PART_PAGES + 1, Reading.RANGES, "")))
        .containsExactly(
            select + "'(0,0)' AND ctid < '(16384,0)') TO STDOUT (ENCODING 'UTF8')",
            select + "'(16384,0)' AND ctid < '(32768,0)') TO STDOUT (ENCODING 'UTF8')",
            select + "'(32768,0)') TO STDOUT (ENCODING 'UTF8')");
  }

  @Test
  void partsDoNotMoveWhenATableGrows() {
    List<String> before = commands(table(3 * TableData.PART_PAGES, Reading.RANGES, ""));
    List<String> after = commands(table(5 * TableData.PART_PAGES + 9, Reading.RANGES, ""));
    assertThat(after.subList(0, 2)).isEqualTo(before.subList(0, 2));
  }

  @Test
  void whatCannotBeReadInRangesIsReadWhole() {
    assertThat(commands(table(9 * TableData.PART_PAGES, Reading.WHOLE, ""))).hasSize(1);
    assertThat(commands(table(1, Reading.WHOLE, "WHERE a > 5")))
        .containsExactly(
            "COPY (SELECT a, \"B\" FROM ONLY \"s\".\"we\"\"ird\" WHERE a > 5) TO STDOUT"
                + " (ENCODING 'UTF8')");
  }

  @Test
  void rowsGoBackIntoTheSameColumns() {
    assertThat(TableData.copyIn(NAME, List.of("a", "\"B\""), "LATIN1"))
        .isEqualTo("COPY \"s\".\"we\"\"ird\" (a, \"B\") FROM STDIN (ENCODING 'LATIN1')");
    assertThat(TableData.copyIn(NAME, List.of(), "UTF8"))
        .isEqualTo("COPY \"s\".\"we\"\"ird\" FROM STDIN (ENCODING 'UTF8')");
  }

  @Test
  void literalsMeanTheSameUnderAllSettings() {
    assertThat(SqlName.literal("it's")).isEqualTo("'it''s'");
    assertThat(SqlName.literal("a\\'b")).isEqualTo(" E'a\\\\''b'");
  }

  private static TableData table(long pages, Reading reading, String filter) {
    return new TableData(1, NAME, List.of("a", "\"B\""), filter, pages * 8192, pages, reading);
  }

  private static List<String> commands(TableData table) {
    return table.parts("UTF8").stream().map(TableData.Part::command).toList();
  }
}
