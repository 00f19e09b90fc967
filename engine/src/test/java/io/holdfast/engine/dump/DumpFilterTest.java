package io.holdfast.engine.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import io.holdfast.postgres.dump.SqlName;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DumpFilterTest {
  private static final List<DumpedRelation> ALL =
      List.of(
          relation(1, "shop", "orders", 2, 3),
          relation(2, "shop", "orders_2020"),
          relation(3, "shop", "orders_id_seq"),
          relation(4, "shop", "Log"),
          relation(5, "log", "log"));

  @Test
  void withoutPatternsAllIsTaken() {
    assertThat(DumpFilter.ALL.takesAll()).isTrue();
    assertThat(chosen(List.of(), List.of())).hasSize(ALL.size());
  }

  @Test
  void partitionsAndSequencesGoWithTheirTable() {
    assertThat(chosen(List.of("shop.orders"), List.of())).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(chosen(List.of(), List.of("orders"))).containsExactlyInAnyOrder(4L, 5L);
    assertThat(chosen(List.of(), List.of("*_2020"))).containsExactlyInAnyOrder(1L, 3L, 4L, 5L);
  }

  @Test
  void whatIsExcludedIsSoAlsoWhereItIsIncluded() {
    assertThat(chosen(List.of("shop.*"), List.of("?og"))).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(chosen(List.of("log", "log.*"), List.of())).containsExactly(5L);
  }

  @Test
  void aPatternThatNothingFitsIsSaid() {
    assertThat(new DumpFilter(List.of("shop.*"), List.of("LOG")).remarks(ALL))
        .singleElement()
        .asString()
        .contains("LOG");
  }

  private static List<Long> chosen(List<String> included, List<String> excluded) {
    return new DumpFilter(included, excluded)
        .choose(ALL).stream().map(DumpedRelation::oid).collect(Collectors.toList());
  }

  private static DumpedRelation relation(long oid, String schema, String name, long... parts) {
    return new DumpedRelation(
        oid,
        "r",
        new SqlName(schema, name),
        LongStream.of(parts).mapToObj(part -> new ObjectId(ObjectId.RELATIONS, part)).toList(),
        List.of());
  }
}
