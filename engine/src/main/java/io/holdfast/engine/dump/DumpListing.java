package io.holdfast.engine.dump;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Lists what a dump holds.
public final class DumpListing {
  private final Repository repository;

  public DumpListing(OpenRepository repository) {
    this.repository = repository.repository();
  }

  /// A dump in both forms.
  public record Listing(Map<String, Object> map, List<String> lines) {}

  /// The databases of a dump with their tables.
  public Listing list(String backup, String source) {
    return Failures.translate("list " + backup, () -> listNow(backup, source));
  }

  private Listing listNow(String backup, String source) throws IOException {
    DumpContents dump = DumpContents.open(repository, backup, source);
    List<String> lines = new ArrayList<>();
    List<Map<String, Object>> databases = new ArrayList<>();
    for (String database : dump.databases()) {
      DumpToc toc = dump.toc(database);
      databases.add(toMap(database, toc));
      lines.add(database + ", " + toc.encoding() + ", dumped with pg_dump " + toc.programVersion());
      for (DumpToc.Table table : toc.tables()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "  %-40s %12d rows  %10s",
                table.name(),
                table.rows(),
                new ByteSize(table.bytes())));
      }
      if (toc.largeObjects() > 0) {
        lines.add("  " + toc.largeObjects() + " large objects");
      }
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", dump.name());
    map.put("databases", databases);
    return new Listing(map, lines);
  }

  private static Map<String, Object> toMap(String database, DumpToc toc) {
    List<Map<String, Object>> tables = new ArrayList<>();
    for (DumpToc.Table table : toc.tables()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("schema", table.name().schema());
      map.put("name", table.name().name());
      map.put("rows", table.rows());
      map.put("bytes", table.bytes());
      tables.add(map);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", database);
    map.put("encoding", toc.encoding());
    map.put("serverVersion", toc.serverVersion());
    map.put("programVersion", toc.programVersion());
    map.put("tables", tables);
    map.put("largeObjects", toc.largeObjects());
    return map;
  }
}
