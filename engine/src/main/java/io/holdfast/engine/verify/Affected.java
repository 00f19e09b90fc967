package io.holdfast.engine.verify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorKind;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.ShreddedDomainException;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification.Findability;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which backups and files suffer from chunks that cannot be found. Reads the lists of backups and
/// none of their data.
public final class Affected {
  private static final int SHOWN_MAX = 100;

  private final Repository repository;
  private final Findability chunks;
  private final Map<String, Loss> losses = new LinkedHashMap<>();

  /// What one backup has lost.
  ///
  /// @param backup its name
  /// @param files the first of them
  /// @param fileCount all of them
  /// @param lists what is wrong with its lists, so that more may be lost; empty if nothing is
  /// @param packs in which the lost chunks lie or should lie
  public record Loss(
      String backup, List<String> files, long fileCount, List<String> lists, Set<PackId> packs) {
    public Loss {
      files = List.copyOf(files);
      lists = List.copyOf(lists);
      packs = Set.copyOf(packs);
    }

    /// In words, without the backup's name.
    public String text() {
      List<String> parts = new ArrayList<>();
      if (fileCount > 0) {
        String more =
            fileCount > files.size() ? " and " + (fileCount - files.size()) + " more" : "";
        parts.add(
            (fileCount == 1 ? "1 file is not whole: " : fileCount + " files are not whole: ")
                + String.join(", ", files)
                + more);
      }
      parts.addAll(lists);
      return String.join("; ", parts);
    }

    /// For scripts.
    public Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("backup", backup);
      map.put("files", files);
      map.put("fileCount", fileCount);
      map.put("lists", lists);
      map.put("packs", packs.stream().map(PackId::toString).sorted().toList());
      return map;
    }
  }

  public Affected(Repository repository, Findability chunks) {
    this.repository = repository;
    this.chunks = chunks;
  }

  /// Looks at every reference of these backups.
  public List<Loss> of(List<StoredSnapshot> backups) throws IOException {
    ChunkReader reader = repository.reader();
    for (StoredSnapshot backup : backups) {
      Seen seen = new Seen();
      for (Map.Entry<String, ChunkId> root : new TreeMap<>(backup.record().roots()).entrySet()) {
        try {
          ChunkReader own = reader.in(backup.record().domain());
          look(TreeReader.open(own, root.getValue()), seen);
        } catch (ShreddedDomainException _) {
          // Since the backups were listed: it has nothing to lose any more.
          break;
        } catch (BackupException e) {
          if (e.code().kind() != ErrorKind.CORRUPTION) {
            throw e;
          }
          seen.lists.add("its list of " + root.getKey() + " cannot be read: " + e.text());
          seen.packs.addAll(chunks.packs(io.holdfast.repository.ChunkType.ROOT, root.getValue()));
        }
      }
      if (!seen.paths.isEmpty() || !seen.lists.isEmpty()) {
        String name = backup.record().name();
        losses.put(
            name,
            new Loss(
                name,
                seen.paths.stream().limit(SHOWN_MAX).toList(),
                seen.count,
                List.copyOf(seen.lists),
                seen.packs));
      }
    }
    return List.copyOf(losses.values());
  }

  private static final class Seen {
    private final Set<String> paths = new LinkedHashSet<>();
    private final Set<String> lists = new LinkedHashSet<>();
    private final Set<PackId> packs =
        new TreeSet<>(java.util.Comparator.comparing(PackId::toString));
    private String last = "";
    private long count;
  }

  private void look(TreeReader tree, Seen seen) throws IOException {
    tree.forEachOwnChunk(
        (type, id) -> {
          if (!chunks.isFindable(type, id)) {
            seen.lists.add("a part of its lists is in no pack that can be used");
            seen.packs.addAll(chunks.packs(type, id));
          }
        });
    seen.last = "";
    tree.forEachReference(
        (path, type, id) -> {
          if (!chunks.isFindable(type, id)) {
            seen.packs.addAll(chunks.packs(type, id));
            if (!path.equals(seen.last)) {
              seen.last = path;
              seen.count++;
              if (seen.paths.size() < SHOWN_MAX) {
                seen.paths.add(path);
              }
            }
          }
        });
  }
}
