package io.holdfast.tenant.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.testing.RandomMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScopeMapWriterTest {
  private static final Path FILE = Path.of("a.scope.yaml");

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsWrittenIsReadAsTheSameMap(long seed) {
    RandomMap maps = new RandomMap(Seeds.random(seed));
    for (int i = 0; i < 100; i++) {
      ScopeMap map = maps.map();
      String text = ScopeMapWriter.write(map, Map.of(map.root().table(), "look\nat: {this}"));
      assertThat(ScopeFileReader.parse(FILE, text)).as(text).isEqualTo(map);
      assertThat(ScopeMapWriter.write(map, Map.of(map.root().table(), "look\nat: {this}")))
          .isEqualTo(text);
    }
  }

  @Test
  void anotherSchemaLeavesWhatPeopleWroteAsItIs() {
    String text =
        """
        # Ours.
        kind: Scope
        name: account   # the account
        root: {table: public.accounts, key: [id]}

        owned:
          # decided in March
          public.matters: {via: column account_id}   # by hand
        triggers: fire
        """;
    QualifiedName table = new QualifiedName("public", "matters");
    SchemaText first = new SchemaText(new TreeMap<>(Map.of(table, List.of("column id integer"))));
    SchemaText second = new SchemaText(new TreeMap<>(Map.of(table, List.of("column id bigint"))));

    String once = SchemaRecord.replaced(FILE, text, first);
    String twice = SchemaRecord.replaced(FILE, once, second);

    assertThat(once).contains("# decided in March").contains("# by hand").contains("id integer");
    assertThat(SchemaRecord.replaced(FILE, twice, first)).isEqualTo(once);
    ScopeMap read = (ScopeMap) ScopeFileReader.parse(FILE, twice);
    assertThat(read.schema()).contains(second);
    assertThat(read.fingerprint()).contains(second.fingerprint());
    assertThat(first.fingerprint()).isNotEqualTo(second.fingerprint());

    String inOneLine = "{kind: Scope, name: account, root: {table: public.a, key: [id]}}";
    assertThatThrownBy(() -> SchemaRecord.replaced(FILE, inOneLine, first))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("cannot be put into");
  }

  @Test
  void theFingerprintDoesNotDependOnTheOrderOfLines() {
    QualifiedName table = new QualifiedName("public", "t");
    SchemaText one = new SchemaText(new TreeMap<>(Map.of(table, List.of("column a", "column b"))));
    SchemaText other =
        new SchemaText(new TreeMap<>(Map.of(table, List.of("column b", "column a"))));
    assertThat(one.fingerprint()).isEqualTo(other.fingerprint()).matches("sha256:[0-9a-f]{64}");
  }
}
