package io.holdfast.tenant.scope;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Reading.Field;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.Node;

/// Reads a scope map strictly: what it does not know is an error, and all errors are told at once.
public final class ScopeFileReader {
  private static final int FILE_BYTES_MAX = 16 << 20;
  private static final int DEPTH_MAX = 20;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final String UNSET = "sha256:unset";
  private static final Set<String> KEYS =
      Set.of(
          "kind",
          "version",
          "name",
          "base",
          "schemaFingerprint",
          "root",
          "tenantColumn",
          "owned",
          "referenced",
          "excluded",
          "virtualReferences",
          "columns",
          "triggers",
          "assets",
          "schema");
  private static final Set<String> NESTED_KEYS =
      Set.of("kind", "version", "name", "base", "root", "owned", "referenced", "excluded");

  private final Reading reading = new Reading();

  private ScopeFileReader() {}

  /// Reads and checks a file.
  ///
  /// @throws BackupException `SCOPE_MAP_INVALID` that lists every problem with its line
  public static ScopeFile read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw bad(file, List.of("the file has more than " + FILE_BYTES_MAX + " bytes"));
      }
      return parse(file, Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw bad(file, List.of("it cannot be read: " + FileReason.of(e)));
    }
  }

  /// Reads a text.
  ///
  /// @param file where it is from, for messages
  public static ScopeFile parse(Path file, String text) {
    ScopeFileReader reader = new ScopeFileReader();
    Optional<ScopeFile> map = Optional.empty();
    try {
      LoaderOptions options = new LoaderOptions();
      options.setNestingDepthLimit(DEPTH_MAX);
      options.setCodePointLimit(FILE_BYTES_MAX);
      Yaml yaml = new Yaml(options);
      reader.refuseAliases(yaml.parse(new StringReader(text)));
      if (reader.reading.problems().isEmpty()) {
        Node root = yaml.compose(new StringReader(text));
        if (root == null) {
          reader.reading.problem("the file is empty");
        } else {
          map = reader.file(root);
        }
      }
    } catch (MarkedYAMLException e) {
      String line =
          e.getProblemMark() == null ? "" : "line " + (e.getProblemMark().getLine() + 1) + ": ";
      reader.reading.problem(line + e.getProblem());
    } catch (YAMLException e) {
      reader.reading.problem(String.valueOf(e.getMessage()));
    }
    if (!reader.reading.problems().isEmpty() || map.isEmpty()) {
      throw bad(file, reader.reading.problems());
    }
    return map.get();
  }

  /// One node under many names could make a small file very long.
  private void refuseAliases(Iterable<Event> events) {
    for (Event event : events) {
      if (event instanceof AliasEvent) {
        reading.problem(
            "line " + (event.getStartMark().getLine() + 1) + ": aliases (*name) are not allowed");
        return;
      }
    }
  }

  private Optional<ScopeFile> file(Node node) {
    Map<String, Field> fields = reading.fields(node, "", KEYS);
    require(fields, node, "kind", "write 'kind: Scope'");
    require(fields, node, "name", "give the scope a name such as account");
    require(fields, node, "root", "write 'root: {table: SCHEMA.TABLE, key: [COLUMN]}'");
    Reading.field(fields, "kind")
        .ifPresent(field -> reading.choice(field, Map.of("Scope", ErrorCode.SCOPE_MAP_INVALID)));
    Reading.field(fields, "version").ifPresent(field -> reading.choice(field, Map.of("1", 1)));
    Optional<String> name =
        Reading.field(fields, "name")
            .flatMap(field -> reading.parsed(field, ScopeFileReader::name));
    Optional<Root> root = Reading.field(fields, "root").flatMap(new SectionReading(reading)::root);
    boolean nested = fields.containsKey("base");
    if (nested) {
      fields.forEach(
          (key, field) -> {
            if (!NESTED_KEYS.contains(key)) {
              reading.problem(field.key(), key + " comes from the base and cannot stand here");
            }
          });
    }
    if (name.isEmpty() || root.isEmpty()) {
      // The rest is read for its problems.
      Root any = new Root(new QualifiedName("public", "unknown"), "id");
      classes(fields, any, nested);
      return Optional.empty();
    }
    Classes classes = classes(fields, root.get(), nested);
    if (!reading.problems().isEmpty()) {
      others(fields);
      return Optional.empty();
    }
    return nested
        ? nested(fields, name.get(), root.get(), classes)
        : Optional.of(whole(fields, name.get(), root.get(), classes));
  }

  private Optional<ScopeFile> nested(
      Map<String, Field> fields, String name, Root root, Classes classes) {
    return Reading.field(fields, "base")
        .flatMap(reading::text)
        .map(
            base ->
                new NestedScope(
                    name, base, root, classes.owned(), classes.referenced(), classes.excluded()));
  }

  private ScopeMap whole(Map<String, Field> fields, String name, Root root, Classes classes) {
    Others others = others(fields);
    ScopeMap map =
        new ScopeMap(
            name,
            root,
            Reading.field(fields, "tenantColumn").flatMap(reading::text),
            classes.owned(),
            classes.referenced(),
            classes.excluded(),
            others.virtualReferences(),
            others.columns(),
            others.triggers(),
            others.assets(),
            Reading.field(fields, "schemaFingerprint")
                .flatMap(field -> reading.parsed(field, ScopeFileReader::fingerprint))
                .filter(print -> !print.equals(UNSET)),
            Reading.field(fields, "schema").map(new SectionReading(reading)::schema));
    map.contradictions().forEach(reading::problem);
    return map;
  }

  private record Classes(
      Map<QualifiedName, Owned> owned,
      SortedMap<QualifiedName, Referenced> referenced,
      List<Exclusion> excluded) {}

  private Classes classes(Map<String, Field> fields, Root root, boolean nested) {
    SectionReading sections = new SectionReading(reading);
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    Map<QualifiedName, Owned> written =
        Reading.field(fields, "owned").map(new OwnedReading(reading)::read).orElse(Map.of());
    if (!nested && !written.containsKey(root.table())) {
      owned.put(root.table(), Owned.by(new Via.OfRoot()));
    }
    owned.putAll(written);
    return new Classes(
        owned,
        Reading.field(fields, "referenced").map(sections::referenced).orElseGet(TreeMap::new),
        Reading.field(fields, "excluded").map(sections::excluded).orElse(List.of()));
  }

  private record Others(
      List<VirtualReference> virtualReferences,
      SortedMap<ColumnName, ColumnRule> columns,
      Triggers triggers,
      SortedMap<String, AssetGroup> assets) {}

  private Others others(Map<String, Field> fields) {
    SectionReading sections = new SectionReading(reading);
    return new Others(
        Reading.field(fields, "virtualReferences")
            .map(sections::virtualReferences)
            .orElse(List.of()),
        Reading.field(fields, "columns").map(sections::columns).orElseGet(TreeMap::new),
        Reading.field(fields, "triggers")
            .flatMap(
                field ->
                    reading.choice(
                        field, Map.of("fire", Triggers.FIRE, "replica", Triggers.REPLICA)))
            .orElse(Triggers.FIRE),
        Reading.field(fields, "assets").map(sections::assets).orElseGet(TreeMap::new));
  }

  private void require(Map<String, Field> fields, Node node, String key, String hint) {
    if (!fields.containsKey(key)) {
      reading.problem(node, key + " is missing: " + hint);
    }
  }

  private static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "use up to 63 lower case letters, digits and hyphens, a letter first");
    }
    return text;
  }

  private static String fingerprint(String text) {
    if (!text.equals(UNSET) && !FINGERPRINT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "write sha256: and 64 hexadecimal digits, or sha256:unset");
    }
    return text;
  }

  private static BackupException bad(Path file, List<String> problems) {
    return new BackupException(
        ErrorCode.SCOPE_MAP_INVALID,
        "scope map " + file + ": " + String.join("; ", problems),
        "Correct the file; docs/format/scope.md explains each part.");
  }
}
