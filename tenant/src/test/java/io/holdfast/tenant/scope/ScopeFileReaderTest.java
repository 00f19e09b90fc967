package io.holdfast.tenant.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Referenced.Missing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeFileReaderTest {
  private static final Path FILE = Path.of("account.scope.yaml");
  private static final String HEAD =
      """
      kind: Scope
      name: account
      root: {table: public.account, key: [id]}
      """;

  @Test
  void everyPartOfAMapIsRead() {
    ScopeMap map =
        (ScopeMap)
            ScopeFileReader.parse(
                FILE,
                HEAD
                    + """
                    tenantColumn: account_id
                    owned:
                      public.account: {via: root}
                      public.matter:  {via: column account_id}
                      public."Session": {via: fk "Session_fk", where: "deleted_at is null", export: meetings}
                      public.attachment:
                        via: {polymorphic: {type: owner_type, id: owner_id, map: {Matter: public.matter, Session: 'public."Session"'}}}
                        largeObjects: [content_oid]
                        shared: {attachment_matter_fk: include, attachment_other_fk: reference}
                    referenced:
                      public.country: {match: [iso2]}
                      public.app_user: {match: [email], missing: map-to-operator}
                    excluded:
                      public.job_queue: a queue
                      "audit.*": kept elsewhere
                    virtualReferences:
                      - {from: public.report.settings, json: "$.matterIds[*]", to: public.matter.id}
                    columns:
                      public.account.api_token_hash: {restore: keep-target}
                      public.account.slug: {clone: suffix, restore: {expression: lower(slug)}}
                    triggers: replica
                    assets:
                      audio: {table: public.matter, key: audio_key, store: files}
                      signatures: {table: public.attachment, largeObject: content_oid}
                    """);
    assertThat(map.root()).isEqualTo(new Root(table("account"), "id"));
    assertThat(map.tenantColumn()).contains("account_id");
    assertThat(map.owned().keySet())
        .containsExactly(table("account"), table("matter"), table("Session"), table("attachment"));
    Owned session = map.owned(table("Session")).orElseThrow();
    assertThat(session.via()).isEqualTo(new Via.OfForeignKey("\"Session_fk\""));
    assertThat(session.where()).contains(new SqlCondition("deleted_at is null"));
    assertThat(map.exportName(table("Session"))).isEqualTo("meetings");
    assertThat(map.exportName(table("attachment"))).isEqualTo("attachment");
    Owned attachment = map.owned(table("attachment")).orElseThrow();
    assertThat(attachment.via())
        .isEqualTo(
            new Via.OfPolymorphic(
                "owner_type",
                "owner_id",
                new java.util.TreeMap<>(
                    Map.of("Matter", table("matter"), "Session", table("Session")))));
    assertThat(attachment.shared())
        .containsEntry("attachment_matter_fk", Shared.INCLUDE)
        .containsEntry("attachment_other_fk", Shared.REFERENCE);
    assertThat(attachment.largeObjects()).containsExactly("content_oid");
    assertThat(map.referenced())
        .containsEntry(table("country"), new Referenced(List.of("iso2"), Missing.FAIL))
        .containsEntry(
            table("app_user"), new Referenced(List.of("email"), Missing.MAP_TO_OPERATOR));
    assertThat(map.excluded()).hasSize(2);
    assertThat(map.classesOf(new QualifiedName("audit", "Any thing")))
        .containsExactly(ScopeMap.TableClass.EXCLUDED);
    assertThat(map.virtualReferences())
        .containsExactly(
            new VirtualReference(
                new ColumnName(table("report"), "settings"),
                Optional.of("$.matterIds[*]"),
                new ColumnName(table("matter"), "id")));
    assertThat(map.columns().get(new ColumnName(table("account"), "api_token_hash")))
        .isEqualTo(
            new ColumnRule(new ColumnRule.OnRestore.KeepTarget(), new ColumnRule.OnClone.Copy()));
    assertThat(map.columns().get(new ColumnName(table("account"), "slug")))
        .isEqualTo(
            new ColumnRule(
                new ColumnRule.OnRestore.Expression(new SqlCondition("lower(slug)")),
                new ColumnRule.OnClone.Suffix()));
    assertThat(map.triggers()).isEqualTo(Triggers.REPLICA);
    assertThat(map.assets())
        .containsEntry("audio", new AssetGroup.FileGroup(table("matter"), "audio_key", "files"))
        .containsEntry(
            "signatures", new AssetGroup.LargeObjectGroup(table("attachment"), "content_oid"));
  }

  @Test
  void theRootIsOwnedWithoutBeingNamed() {
    ScopeMap map = (ScopeMap) ScopeFileReader.parse(FILE, HEAD);
    assertThat(map.owned())
        .containsExactly(Map.entry(table("account"), Owned.by(new Via.OfRoot())));
  }

  @Test
  void aFingerprintCanBeLeftForLater() {
    ScopeMap map =
        (ScopeMap) ScopeFileReader.parse(FILE, HEAD + "schemaFingerprint: sha256:unset\n");
    assertThat(map.fingerprint()).isEmpty();
  }

  @Test
  void aNestedScopeNamesItsBase() {
    NestedScope nested =
        (NestedScope)
            ScopeFileReader.parse(
                FILE,
                """
                kind: Scope
                name: matter
                base: account.scope.yaml
                root: {table: public.matter, key: id}
                excluded:
                  - {tables: [public.a, "tmp.*"], reason: not wanted}
                """);
    assertThat(nested.base()).isEqualTo("account.scope.yaml");
    assertThat(nested.root()).isEqualTo(new Root(table("matter"), "id"));
    assertThat(nested.excluded()).extracting(Exclusion::reason).containsOnly("not wanted");
    assertThat(problems(HEAD + "base: x\ntriggers: fire\n"))
        .contains("line 5: triggers comes from the base and cannot stand here");
  }

  @Test
  void allProblemsAreToldAtOnceWithTheirLines() {
    String told =
        problems(
            """
            kind: Thing
            nmae: account
            root: {table: account, key: [a, b]}
            owned:
              public.a: {via: colum x}
              public.B: {via: root}
              public.c: {where: x}
              public.d: {via: fk y, where: "x) or (1=1", shared: {z: perhaps}, export: a-b}
            excluded: [public.q]
            triggers: sometimes
            """);
    assertThat(told)
        .contains("line 1: kind is 'Thing': write one of Scope")
        .contains("line 2: unknown key 'nmae' in the file (known: assets, base,")
        .contains("line 1: name is missing")
        .contains("line 3: root.key must be one column")
        .contains("line 5: owned.public.a.via is 'colum x': write 'column NAME'")
        .contains("line 6: owned is 'public.B': write \"B\", with the quotes")
        .contains("line 7: owned.public.c has no via")
        .contains("line 8: owned.public.d.where is 'x) or (1=1': a bracket is closed")
        .contains("line 8: owned.public.d.shared.z is 'perhaps': write one of")
        .contains("line 8: owned.public.d.export is 'a-b'")
        .contains("line 9: excluded.public.q has no reason");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "owned: {public.account: {via: column x}} | line 4: public.account is the root",
        "owned: {public.a: {via: root}} | line 4: public.a is not the root",
        "owned: {public.a: {via: fk x}, public.a: {via: fk y}} | line 4: 'public.a' stands twice",
        "owned: {public.a_b: {via: fk x}, x.\"aB\": {via: fk y}} | line 4: public.a_b and x.\"aB\" have the same export name aB",
        "referenced: {public.account: {match: [id]}} | line 4: public.account is both owned and referenced",
        "referenced: {public.x: {missing: fail}} | line 4: referenced.public.x has no match",
        "excluded: {public.account: no} | line 4: public.account is excluded and in another class",
        "excluded: {public.x: ''} | line 4: excluded.public.x must be a text that is not empty",
        "excluded: {'a*b.C': why} | line 4: excluded is 'a*b.C': write \"C\", with the quotes",
        "excluded: {'a*B.c': why} | line 4: excluded is 'a*B.c': a name with * has only lower",
        "assets: {a: {table: public.x, key: k, store: s}} | line 4: a belongs to public.x, which",
        "assets: {a: {table: public.account, key: k}} | line 4: assets.a is no group: write",
        "assets: {a: {table: public.account, key: k, store: s, keys: '**'}} | line 4: assets.a.keys is '**': it has not exactly one {id}",
        "assets: {a: {table: public.account, largeObject: k, keys: '{id}/**'}} | line 4: assets.a is no group: write",
        "columns: {public.x.y: {restore: 'null'}} | line 4: public.x.y is of a table that is not",
        "columns: {public.account.y: {}} | line 4: columns.public.account.y says neither",
        "virtualReferences: [{from: public.a.b}] | line 4: a virtual reference needs from and to",
        "schemaFingerprint: abc | line 4: schemaFingerprint is 'abc': write sha256:",
        "version: 2 | line 4: version is '2': write one of 1",
        "owned: &x {public.a: {via: fk x}, public.b: *x} | line 4: aliases (*name) are not allowed",
        "owned: [ | line 5: expected the node content",
        "owned: {public.a: {via: {polymorphic: {type: t, id: i, map: {A: public.z}}}}} | line 4: public.a leads to public.z, which is not owned",
        "owned: {public.a: {via: {polymorphic: {type: t}}}} | line 4: owned.public.a.via.polymorphic is not complete"
      })
  void aMapThatContradictsItselfIsRefused(String line, String problem) {
    assertThat(problems(HEAD + line + "\n")).contains(problem);
  }

  @Test
  void filesThatAreNoMapsAreRefused() {
    assertThat(problems("")).contains("the file is empty");
    assertThat(problems("- a\n")).contains("line 1: the file must be a map");
    assertThat(problems("a: ".repeat(30))).isNotEmpty();
    assertThat(problems("[".repeat(50) + "]".repeat(50))).contains("Nesting Depth exceeded max 20");
    assertThatThrownBy(() -> ScopeFileReader.read(Path.of("no/such/file")))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.text()).contains("no such file"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a = 1 or (b) | ",
        "a = 'it''s)' and \"odd(\" | ",
        "a) or (b | a bracket is closed",
        "(a | a bracket is not closed",
        "a = 'x | a quotation mark is not closed",
        "a; b | it may not contain ;",
        "a -- b | it may not contain comments",
        "a /* b | it may not contain comments",
        "a = $$x$$ | it may not contain $",
        "a = E'\\' | it may not contain backslashes"
      })
  void conditionsCannotEndBeforeTheirEnd(String text, String reason) {
    if (reason == null) {
      assertThat(new SqlCondition(text).text()).isEqualTo(text);
    } else {
      assertThatThrownBy(() -> new SqlCondition(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(reason);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "transcript_segments, transcriptSegments",
    "matters, matters",
    "User, user",
    "billableTime, billableTime",
    "_x__y_, xY",
    "2fa_codes, faCodes",
    "日本, table"
  })
  void exportNamesComeFromTheTables(String table, String name) {
    assertThat(ExportNames.derived(new QualifiedName("public", table))).isEqualTo(name);
    assertThat(ExportNames.isAllowed(name)).isTrue();
  }

  private static String problems(String text) {
    try {
      ScopeFileReader.parse(FILE, text);
    } catch (BackupException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.SCOPE_MAP_INVALID);
      return e.text();
    }
    throw new AssertionError("nothing was wrong with " + text);
  }

  private static QualifiedName table(String name) {
    return new QualifiedName("public", name);
  }
}
