package io.holdfast.tenant.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Column.Identity;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule.OnClone;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.scope.VirtualReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Decides which columns a copy has to change. A key that all tenants share must not be there
/// twice; what points to it follows. A key that has the tenant's id in it, or the id of a row that
/// gets another one, is another key already. *Confined.*
final class CopyRulesFinding {
  private static final Set<String> NUMBERS = Set.of("smallint", "integer", "bigint", "numeric");
  private static final Pattern NO_TEXT =
      Pattern.compile(
          "smallint|integer|bigint|numeric.*|real|double precision|boolean|uuid|bytea|date|json|jsonb"
              + "|interval.*|time(stamp)?( with|[(]).*|oid|.*\\[\\]");
  private static final Pattern ID_NAME = Pattern.compile(".*([_-][iI]ds?|I[dD]s?)|[iI][dD]s?");

  private final ScopeMap map;
  private final Catalog catalog;
  private final SharedValues shared;
  private final Map<ColumnName, ValueGroup> groups = new HashMap<>();
  private final List<ValueGroup> ordered = new ArrayList<>();
  private final NavigableMap<ColumnName, String> direct = new TreeMap<>();

  CopyRulesFinding(ScopeMap map, Catalog catalog) {
    this.map = map;
    this.catalog = catalog;
    this.shared = new SharedValues(map, catalog);
  }

  CopyRules find() {
    add(shared.root(), new Making.Root());
    map.columns().forEach((column, rule) -> ruled(column, rule.onClone()));
    map.assets().values().forEach(this::fileNames);
    map.owned().keySet().forEach(this::requireKeysOfWhole);
    // Keys of rows that are pointed to first: with these, those that point may be renewed already.
    List<QualifiedName> parentsFirst =
        new Links(map, catalog).order().stream().flatMap(List::stream).toList();
    for (QualifiedName name : parentsFirst) {
      Table table = table(name);
      Key key = table.identifyingKey().orElseThrow();
      if (!isRenewed(name, key)) {
        identifying(table, key);
      }
    }
    for (QualifiedName name : map.owned().keySet()) {
      for (Key key : table(name).keys()) {
        if (!isRenewed(name, key)) {
          if (isPointedTo(name, key)) {
            identifying(table(name), key);
          } else {
            unique(table(name), key);
          }
        }
      }
    }
    return new CopyRules(ordered, direct, following(), doubtful());
  }

  /// What is declared for one partition only, nothing here looks at.
  private void requireKeysOfWhole(QualifiedName name) {
    for (Table part : catalog.tables().values()) {
      boolean isPart =
          part.isPartition()
              && catalog.whole(part.name()).filter(of -> of.name().equals(name)).isPresent();
      if (isPart && !part.foreignKeys().isEmpty()) {
        throw unsuitable(
            "foreign key "
                + part.foreignKeys().getFirst().name()
                + " is declared for "
                + part.name()
                + " and not for all of "
                + name
                + ", so a copy cannot follow it",
            "Declare it for the whole table.");
      }
    }
  }

  private Table table(QualifiedName name) {
    return catalog.table(name).orElseThrow();
  }

  private Column column(ColumnName name) {
    return table(name.table()).column(name.column()).orElseThrow();
  }

  private void add(ColumnName column, Making making) {
    NavigableSet<ColumnName> columns = shared.with(column);
    ColumnName home = home(column);
    List<ColumnName> inOrder = new ArrayList<>(shared.homes(columns));
    inOrder.remove(home);
    inOrder.addFirst(home);
    ValueGroup group =
        new ValueGroup(ordered.size(), inOrder, columns, column(home).type(), making);
    if (groups.putIfAbsent(shared.sign(column), group) == null) {
      ordered.add(group);
    }
  }

  /// Columns that hold the same ids become the same, so only one of them says how.
  private void addRuled(ColumnName name, Making making) {
    ValueGroup group = groups.get(shared.sign(name));
    if (group != null) {
      throw group.making() instanceof Making.Root
          ? unsuitable(
              "columns."
                  + name
                  + " holds the ids of tenants, and a copy's id is what --copy-to says",
              "Take 'clone' away from this column.")
          : unsuitable(
              "columns."
                  + name
                  + " holds the same ids as "
                  + group.home()
                  + ", which has a rule too",
              "Let only one of these columns say what becomes of them.");
    }
    add(name, making);
  }

  private ColumnName home(ColumnName column) {
    List<ColumnName> homes = shared.homes(shared.with(column));
    return homes.contains(column) ? column : homes.getFirst();
  }

  /// What the map says of a column.
  private void ruled(ColumnName name, OnClone rule) {
    if (catalog.table(name.table()).flatMap(table -> table.column(name.column())).isEmpty()) {
      return;
    }
    boolean alone = shared.with(name).size() == 1;
    switch (rule) {
      case OnClone.Copy() -> {}
      case OnClone.SetNull() -> {
        if (!column(name).isNullable()) {
          throw unsuitable(
              "columns." + name + ": 'clone: null' where the column must not be null",
              "Give it a value: 'clone: {expression: ...}'.");
        }
        direct.put(name, "NULL");
      }
      case OnClone.Suffix() -> {
        if (NO_TEXT.matcher(column(name).type()).matches()) {
          throw unsuitable(
              "columns." + name + ": " + column(name).type() + " takes no suffix",
              "Only texts do; say 'clone: renumber' or '{expression: ...}'.");
        }
        addRuled(name, new Making.Suffixed());
      }
      case OnClone.Renumber() -> addRuled(name, number(name));
      case OnClone.Expression(var sql) -> {
        if (alone && !namesFile(name) && !isInKey(name)) {
          direct.put(name, "(" + sql.text() + ")");
        } else {
          addRuled(name, new Making.Computed(sql.text()));
        }
      }
    }
  }

  /// Whether rows are told apart by it: then what it became has to be known later.
  private boolean isInKey(ColumnName name) {
    return table(name.table()).keys().stream()
        .anyMatch(key -> key.columns().contains(name.column()));
  }

  private boolean namesFile(ColumnName name) {
    return map.assets().values().stream()
        .anyMatch(
            group ->
                group instanceof AssetGroup.FileGroup(var table, var key, var _, var _)
                    && name.equals(new ColumnName(table, key)));
  }

  private Making number(ColumnName name) {
    if (!isNumber(column(name))) {
      throw unsuitable(
          "columns." + name + ": " + column(name).type() + " cannot be renumbered",
          "Only whole numbers can; say 'clone: suffix' or '{expression: ...}'.");
    }
    return drawn(column(name)).orElseGet(Making.NextNumber::new);
  }

  private static BackupException unsuitable(String what, String hint) {
    return new BackupException(ErrorCode.SCOPE_MAP_UNSUITABLE, what, hint);
  }

  private static boolean isNumber(Column column) {
    String type = column.type();
    return NUMBERS.contains(type) || type.startsWith("numeric(");
  }

  private static boolean isText(Column column) {
    return column.type().equals("text") || column.type().startsWith("character");
  }

  /// What the database itself gives a new row.
  private static Optional<Making> drawn(Column column) {
    if (!isNumber(column)) {
      return Optional.empty();
    }
    if (column.sequence().isPresent()) {
      return Optional.of(
          new Making.Drawn(
              "pg_catalog.nextval("
                  + SqlText.literal(column.sequence().get().sql())
                  + "::pg_catalog.regclass)"));
    }
    return column
        .expression()
        .filter(text -> text.contains("nextval("))
        .filter(_ -> column.identity() == Identity.NONE && !column.isGenerated())
        .map(Making.Drawn::new);
  }

  private void fileNames(AssetGroup group) {
    switch (group) {
      case AssetGroup.FileGroup(var table, var key, var _, var _) -> {
        ColumnName name = new ColumnName(table, key);
        if (!direct.containsKey(name)) {
          add(name, new Making.FileName());
        }
      }
      case AssetGroup.LargeObjectGroup _ -> {}
    }
  }

  /// Whether rows of a copy have another key already.
  private boolean isRenewed(QualifiedName table, Key key) {
    return key.columns().stream()
        .map(column -> new ColumnName(table, column))
        .anyMatch(name -> direct.containsKey(name) || groups.containsKey(shared.sign(name)));
  }

  /// Whether rows of the tenant are found by it.
  private boolean isPointedTo(QualifiedName table, Key key) {
    return map.owned().keySet().stream()
        .flatMap(name -> table(name).foreignKeys().stream())
        .anyMatch(
            foreign ->
                catalog.whole(foreign.target()).filter(of -> of.name().equals(table)).isPresent()
                    && foreign.targetColumns().size() == key.columns().size()
                    && key.columns().containsAll(foreign.targetColumns()));
  }

  private void identifying(Table table, Key key) {
    List<ColumnName> free =
        key.columns().stream()
            .map(column -> new ColumnName(table.name(), column))
            .filter(this::canChange)
            .toList();
    Optional<ColumnName> best =
        first(free, column -> column.type().equals("uuid"))
            .or(() -> first(free, column -> drawn(column).isPresent()))
            .or(() -> first(free, CopyRulesFinding::isNumber))
            .or(() -> first(free, CopyRulesFinding::isText));
    if (best.isPresent()) {
      add(best.get(), making(best.get()));
    } else if (!free.isEmpty()) {
      throw unsuitable(
          "the key of "
              + table.name()
              + " ("
              + String.join(", ", key.columns())
              + ") cannot be made anew for a copy",
          "Say how, under 'columns': 'clone: {expression: ...}' for one of its columns.");
    }
  }

  /// Whether all that hold the same ids may get others: what also points to rows that are not the
  /// tenant's may not.
  private boolean canChange(ColumnName name) {
    return shared.with(name).stream().noneMatch(shared::pointsOut);
  }

  private Optional<ColumnName> first(List<ColumnName> columns, Predicate<Column> wanted) {
    return columns.stream().filter(name -> wanted.test(column(home(name)))).findFirst();
  }

  private Making making(ColumnName name) {
    Column home = column(home(name));
    if (home.type().equals("uuid")) {
      return new Making.DerivedUuid();
    }
    if (isText(home)) {
      return new Making.DerivedText();
    }
    return drawn(home).orElseGet(Making.NextNumber::new);
  }

  /// Further keys: what the database draws is drawn again, else the value has to be free.
  private void unique(Table table, Key key) {
    List<ColumnName> free =
        key.columns().stream()
            .map(column -> new ColumnName(table.name(), column))
            .filter(this::canChange)
            .toList();
    first(free, column -> column.type().equals("uuid"))
        .or(() -> first(free, column -> drawn(column).isPresent()))
        .ifPresent(name -> add(name, making(name)));
  }

  /// Columns in which ids stand within something else, or whose table another column says.
  private Map<ColumnName, List<ValueGroup>> following() {
    Map<ColumnName, List<ValueGroup>> following = new HashMap<>();
    for (VirtualReference reference : map.virtualReferences()) {
      if (reference.json().isPresent() || shared.isArray(reference.from())) {
        follow(following, reference.from(), reference.to());
      }
    }
    map.owned()
        .forEach(
            (name, owned) -> {
              if (owned.via() instanceof Via.OfPolymorphic way) {
                ColumnName id = new ColumnName(name, way.idColumn());
                for (QualifiedName target : way.targets().values()) {
                  String key = table(target).identifyingKey().orElseThrow().columns().getFirst();
                  follow(following, id, new ColumnName(target, key));
                }
              }
            });
    return following;
  }

  private void follow(Map<ColumnName, List<ValueGroup>> following, ColumnName from, ColumnName to) {
    ValueGroup group = groups.get(shared.sign(to));
    if (group != null) {
      following.computeIfAbsent(from, _ -> new ArrayList<>()).add(group);
    }
  }

  /// Columns that would go on naming rows of the tenant that is copied.
  private List<ColumnName> doubtful() {
    Set<ColumnName> known = new HashSet<>(direct.keySet());
    known.addAll(map.columns().keySet());
    map.virtualReferences().forEach(reference -> known.add(reference.from()));
    ordered.forEach(group -> known.addAll(group.columns()));
    map.assets()
        .values()
        .forEach(
            group -> {
              if (group instanceof AssetGroup.LargeObjectGroup(var table, var column)) {
                known.add(new ColumnName(table, column));
              }
            });
    map.owned()
        .forEach(
            (name, owned) -> {
              if (owned.via() instanceof Via.OfPolymorphic way) {
                known.add(new ColumnName(name, way.idColumn()));
              }
            });
    List<ColumnName> doubtful = new ArrayList<>();
    for (QualifiedName name : map.owned().keySet()) {
      for (Column column : table(name).columns()) {
        ColumnName full = new ColumnName(name, column.name());
        boolean id = column.type().startsWith("uuid") || ID_NAME.matcher(column.name()).matches();
        if (id && !column.isGenerated() && !known.contains(full) && !shared.points(full)) {
          doubtful.add(full);
        }
      }
    }
    return doubtful;
  }
}
