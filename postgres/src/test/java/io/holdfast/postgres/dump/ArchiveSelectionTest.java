package io.holdfast.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.dump.ArchiveSelection.Unfit;
import io.holdfast.postgres.dump.DumpedRelation.ForeignKey;
import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which entries come along with some tables, by the list of an archive alone.
class ArchiveSelectionTest {
  private static final String LIST =
      """
      ;
      ; Selected TOC Entries:
      90; 0 0 ENCODING - ENCODING\s
      91; 1262 5 DATABASE - erp owner
      92; 0 0 ACL - DATABASE erp owner
      ;	depends on: 91
      1; 2615 500 SCHEMA - a b c
      2; 0 0 ACL - SCHEMA a b c
      ;	depends on: 1
      3; 3079 501 EXTENSION - some ext\s
      ;	depends on: 1
      4; 1247 502 TYPE a b mood c
      ;	depends on: 1
      5; 1255 503 FUNCTION a b f() c
      ;	depends on: 1
      6; 0 0 COMMENT a b FUNCTION "f()" c
      ;	depends on: 5
      10; 1259 1000 TABLE a b orders c
      ;	depends on: 1 4 3
      11; 0 0 ACL a b TABLE orders c
      ;	depends on: 10
      12; 1259 1001 TABLE a b orders 2020 c
      ;	depends on: 1 10
      13; 1259 1002 SEQUENCE a b orders_id_seq c
      ;	depends on: 1 10
      14; 0 0 SEQUENCE OWNED BY a b orders_id_seq c
      ;	depends on: 13
      15; 1259 1003 SEQUENCE a b shared c
      ;	depends on: 1
      16; 1259 1004 TABLE a b customers c
      ;	depends on: 1
      17; 1255 504 FUNCTION a b of_customers() c
      ;	depends on: 1 16
      18; 1259 1005 VIEW a b shown c
      ;	depends on: 16 1
      20; 2604 600 DEFAULT a b orders n c
      ;	depends on: 15 10
      21; 0 0 TABLE ATTACH a b orders 2020 c
      ;	depends on: 12 10
      22; 2606 601 CONSTRAINT a b orders orders_pkey c
      ;	depends on: 10
      23; 2606 602 CONSTRAINT a b orders 2020 orders 2020_pkey c
      ;	depends on: 12 22
      24; 0 0 INDEX ATTACH a b orders 2020_pkey c
      ;	depends on: 22 23 10 12
      25; 2606 603 CONSTRAINT a b customers customers_pkey c
      ;	depends on: 16
      26; 2606 604 FK CONSTRAINT a b orders orders_customer_fkey c
      ;	depends on: 10 25 16
      27; 0 0 COMMENT a b CONSTRAINT orders_customer_fkey ON orders c
      ;	depends on: 26
      28; 0 1000 ROW SECURITY a b orders c
      ;	depends on: 10
      30; 6104 700 PUBLICATION - pub c
      31; 6106 701 PUBLICATION TABLE a b pub orders c
      ;	depends on: 10 30
      32; 6106 702 PUBLICATION TABLE a b pub customers c
      ;	depends on: 16 30
      33; 3466 800 EVENT TRIGGER - ev c
      ;	depends on: 5
      """;

  private static final DumpedRelation ORDERS =
      relation(
          1000,
          "p",
          "orders",
          List.of(new ForeignKey(604, 1004)),
          "1259:1001 1259:1002 2604:600 2606:601 2606:604 6106:701");
  private static final DumpedRelation PARTITION =
      relation(1001, "r", "orders 2020", List.of(), "2606:602");
  private static final DumpedRelation CUSTOMERS =
      relation(1004, "r", "customers", List.of(), "2606:603");
  private static final List<DumpedRelation> ALL =
      List.of(
          ORDERS,
          PARTITION,
          relation(1002, "S", "orders_id_seq", List.of(), ""),
          relation(1003, "S", "shared", List.of(), ""),
          CUSTOMERS,
          relation(1005, "v", "shown", List.of(), ""));

  @Test
  void aFreshDatabaseGetsTheTableAndWhatBelongsToNone() {
    ArchiveSelection selection = select(TargetObjects.fresh(), ORDERS);
    assertThat(wanted(selection))
        .containsExactly(1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 28, 30, 31);
    assertThat(selection.hangingKeys()).isEqualTo(1);
    assertThat(selection.leftOut())
        .containsExactly(new Unfit("FUNCTION a b of_customers()", "a b.customers"));
    assertThat(selection.relations())
        .extracting(SqlName::name)
        .containsExactlyInAnyOrder("orders", "orders 2020", "orders_id_seq", "shared");
  }

  @Test
  void everythingChosenIsEverythingButWhatConcernsTheWholeDatabase() {
    ArchiveSelection selection =
        ArchiveSelection.of(entries(), ALL, ALL, TargetObjects.fresh(), "UTF8");
    assertThat(wanted(selection)).hasSize(entries().all().size() - 4);
    assertThat(selection.unfit()).isEmpty();
    assertThat(selection.hangingKeys()).isZero();
  }

  @Test
  void aDatabaseInUseGetsTheTableAlone() {
    ArchiveSelection selection =
        select(inUse(Set.of("a b"), Set.of("some ext"), "customers", "shared"), ORDERS);
    assertThat(wanted(selection))
        .containsExactly(10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 26, 27, 28, 31);
    assertThat(selection.schemasMade()).isEmpty();
  }

  @Test
  void aSchemaThatIsMissingComesWithAllItHoldsButTables() {
    ArchiveSelection selection = select(inUse(Set.of("a"), Set.of()), CUSTOMERS);
    assertThat(wanted(selection)).containsExactly(1, 2, 3, 4, 5, 6, 16, 17, 25, 32);
    assertThat(selection.schemasMade()).containsExactly("a b");
  }

  @Test
  void anExtensionThatIsMissingComesAlongWhereItIsNeeded() {
    assertThat(wanted(select(inUse(Set.of("a b"), Set.of("some"), "shared"), ORDERS)))
        .contains(3)
        .doesNotContain(1, 4);
    assertThat(wanted(select(inUse(Set.of("a b"), Set.of("some")), CUSTOMERS))).doesNotContain(3);
  }

  @Test
  void aPartitionAloneBecomesATableOfItsOwn() {
    ArchiveSelection selection = select(inUse(Set.of("a b"), Set.of()), PARTITION);
    assertThat(wanted(selection)).containsExactly(12, 23);
    assertThat(selection.unfit()).isEmpty();
  }

  @Test
  void aViewOfATableThatIsMissingDoesNotFit() {
    ArchiveSelection selection = select(TargetObjects.fresh(), ALL.getLast());
    assertThat(selection.unfit()).containsExactly(new Unfit("a b.shown", "a b.customers"));
    assertThat(selection.relations()).isEmpty();
    assertThat(select(inUse(Set.of("a b"), Set.of(), "customers"), ALL.getLast()).unfit())
        .isEmpty();
  }

  @Test
  void namesAreInTheEncodingOfTheDatabase() {
    String list =
        new String(
                "7; 2615 9 SCHEMA - Größe x\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.ISO_8859_1)
            + "8; 1259 1000 TABLE x t x\n;\tdepends on: 7\n";
    DumpedRelation table =
        new DumpedRelation(1000, "r", new SqlName("Größe", "t"), List.of(), List.of());
    ArchiveSelection selection =
        ArchiveSelection.of(
            ArchiveEntries.parse(list.lines().toList()),
            List.of(table),
            List.of(table),
            inUse(Set.of(), Set.of()),
            "UTF8");
    assertThat(selection.schemasMade()).containsExactly("Größe");
  }

  private static ArchiveSelection select(TargetObjects target, DumpedRelation wanted) {
    return ArchiveSelection.of(entries(), ALL, List.of(wanted), target, "UTF8");
  }

  private static TargetObjects inUse(
      Set<String> schemas, Set<String> extensions, String... relations) {
    return new TargetObjects(
        TargetObjects.State.IN_USE,
        Set.copyOf(Stream.of(relations).map(name -> new SqlName("a b", name)).toList()),
        schemas,
        extensions,
        Set.of("pub"));
  }

  private static List<Integer> wanted(ArchiveSelection selection) {
    return entries().all().stream().filter(selection::wants).map(ArchiveEntry::number).toList();
  }

  private static ArchiveEntries entries() {
    return ArchiveEntries.parse(LIST.lines().toList());
  }

  private static DumpedRelation relation(
      long oid, String kind, String name, List<ForeignKey> keys, String parts) {
    return new DumpedRelation(
        oid,
        kind,
        new SqlName("a b", name),
        Stream.of(parts.split(" "))
            .filter(text -> !text.isEmpty())
            .map(text -> text.split(":"))
            .map(pair -> new ObjectId(Long.parseLong(pair[0]), Long.parseLong(pair[1])))
            .toList(),
        keys);
  }
}
