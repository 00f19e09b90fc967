package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.FileReason;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.CheckReport;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.discovery.Discovery.Discovered;
import io.holdfast.tenant.discovery.Nesting;
import io.holdfast.tenant.discovery.RootChoice;
import io.holdfast.tenant.explain.ExplanationText;
import io.holdfast.tenant.explain.ScopeExplanation;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.NestedScope;
import io.holdfast.tenant.scope.SchemaRecord;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeFile;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Scope maps of one database. It is only read.
public final class Scopes {
  private static final String APPLICATION = "holdfast scope";

  private final Settings settings;

  public Scopes(Settings settings) {
    this.settings = settings;
  }

  /// What is shown of an explanation.
  public enum Detail {
    TREE,
    TREE_AND_SQL
  }

  /// Makes a map from the schema.
  ///
  /// @throws BackupException if the root is unclear, or if there is such a file already
  public ScopeAnswer discover(DiscoveryRequest request) {
    Catalog catalog = catalog();
    RootChoice choice = new RootChoice(catalog);
    QualifiedName root = request.root().map(choice::named).orElseGet(choice::usual);
    Discovered discovered =
        Discovery.discover(
            catalog, request.name().orElse(singular(root)), root, request.tenantColumn());
    String text = ScopeMapWriter.write(discovered.map(), discovered.remarks());
    // What was written must be what is read.
    Path place = request.target().orElse(Path.of("the new map"));
    ScopeFileReader.parse(place, text);
    request.target().ifPresent(target -> create(target, text));
    ScopeMap map = discovered.map();
    long undecided = map.excluded().stream().filter(Exclusion::isUndecided).count();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("scope", map.name());
    document.put("root", root.text());
    document.put("tenantColumn", map.tenantColumn());
    document.put("owned", map.owned().size());
    document.put("referenced", map.referenced().size());
    document.put("undecided", undecided);
    document.put("file", request.target().map(Path::toString));
    document.put("map", text);
    List<String> lines = new ArrayList<>();
    if (request.target().isEmpty()) {
      lines.addAll(text.lines().toList());
    } else {
      lines.add(
          "scope "
              + map.name()
              + " begins at "
              + root
              + ": "
              + map.owned().size()
              + " tables owned, "
              + map.referenced().size()
              + " referenced, "
              + undecided
              + " to be decided");
      lines.add("written to " + place + "; edit it, then run 'holdfast scope check " + place + "'");
    }
    return new ScopeAnswer(document, lines, 0);
  }

  private static String singular(QualifiedName root) {
    String name = root.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    name = name.replaceAll("^[^a-z]+|-$", "");
    if (name.endsWith("s") && !name.endsWith("ss") && name.length() > 3) {
      name = name.substring(0, name.length() - 1);
    }
    return name.isEmpty() ? "scope" : name.substring(0, Math.min(name.length(), 63));
  }

  /// Holds a map against the database.
  public ScopeAnswer check(Path file) {
    try (SqlConnection sql = open()) {
      Catalog catalog = CatalogReader.read(sql);
      CheckReport report = ScopeCheck.check(load(file, catalog), catalog, sql);
      return new ScopeAnswer(
          report.toMap(), report.describe(), report.isFit() ? 0 : ErrorKind.USER.exitStatus());
    }
  }

  /// Puts the schema of today into a map. Nothing else in the file changes.
  public ScopeAnswer acceptSchema(Path file) {
    Catalog catalog = catalog();
    ScopeMap map = load(file, catalog);
    SchemaText schema = SchemaText.of(catalog, map);
    try {
      String replaced =
          SchemaRecord.replaced(file, Files.readString(file, StandardCharsets.UTF_8), schema);
      Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), ".scope", ".tmp");
      Files.writeString(beside, replaced, StandardCharsets.UTF_8);
      Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(file));
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw fileError(file, e);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("scope", map.name());
    document.put("schemaFingerprint", schema.fingerprint());
    return new ScopeAnswer(
        document,
        List.of(
            file + " is now for the schema of today, " + schema.tables().size() + " tables",
            schema.fingerprint()),
        0);
  }

  /// Shows what a map means.
  ///
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if the database lacks what the map needs
  public ScopeAnswer explain(Path file, Detail detail) {
    Catalog catalog = catalog();
    ScopeExplanation explanation = ScopeExplanation.of(load(file, catalog), catalog);
    List<String> lines = new ArrayList<>(ExplanationText.tree(explanation));
    switch (detail) {
      case TREE -> {}
      case TREE_AND_SQL -> lines.addAll(ExplanationText.sql(explanation));
    }
    return new ScopeAnswer(explanation.toMap(), lines, 0);
  }

  /// A map for work with rows.
  ///
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if it does not fit the database
  static ScopeMap loadFit(Path file, Catalog catalog, SqlConnection sql) {
    ScopeMap map = load(file, catalog);
    CheckReport report = ScopeCheck.check(map, catalog, sql);
    if (!report.isFit()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          "scope map "
              + file
              + " does not fit the database: "
              + report.describe().getFirst().strip(),
          "'holdfast scope check " + file + "' lists everything.");
    }
    return map;
  }

  static ScopeMap load(Path file, Catalog catalog) {
    return switch (ScopeFileReader.read(file)) {
      case ScopeMap map -> map;
      case NestedScope nested -> {
        Path base = file.resolveSibling(nested.base());
        ScopeFile above = ScopeFileReader.read(base);
        if (!(above instanceof ScopeMap map)) {
          throw new BackupException(
              ErrorCode.SCOPE_MAP_INVALID,
              "scope map " + file + " has the base " + base + ", which has a base itself",
              "Name the whole map as the base.");
        }
        yield Nesting.resolve(nested, map, catalog);
      }
    };
  }

  private Catalog catalog() {
    try (SqlConnection sql = open()) {
      return CatalogReader.read(sql);
    }
  }

  private SqlConnection open() {
    return SqlConnection.open(ConnectionUrl.parse(settings.requireDirectUrl()), APPLICATION);
  }

  private static void create(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw fileError(file, e);
    }
  }

  private static BackupException fileError(Path file, IOException e) {
    return new BackupException(
        ErrorCode.FILE_ERROR,
        file + " cannot be written: " + FileReason.of(e),
        "Choose another file; an existing map is never overwritten by 'holdfast scope discover'.",
        e);
  }
}
