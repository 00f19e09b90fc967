package io.holdfast.storage.web.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// What every store over HTTP does with listings that take many pages. Prunes go by listings: a
/// name that got lost between two pages could cost what it stands for.
public final class PagedListings {
  private static final int FOLDERS = 12;
  private static final int BLOBS = 50;

  /// Before and behind `/` in the order of characters.
  private static final String LETTERS = "-.0A_af";

  private PagedListings() {}

  /// Opens an empty place by way of `endpoint`, with at most so many names on a page of a listing.
  @FunctionalInterface
  public interface Opening {
    BlobStore open(String endpoint, int pageNamesMax) throws IOException;
  }

  /// Every folder's `list` and `names` give what was put there, with 1 to 4 names on a page: blobs
  /// beside folders of several blobs, names that begin alike, folders that are longer than a page.
  /// Most servers name a folder once; S3Mock, which counts only blobs, on every page up to it.
  public static void areWhole(int serverPort, long seed, Opening opening) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    int pageNamesMax = 1 + Math.floorMod(seed, 4);
    try (FaultProxy proxy = FaultProxy.before(serverPort);
        BlobStore store = opening.open(proxy.endpoint(), pageNamesMax)) {
      NavigableSet<String> folders = folders(random);
      NavigableMap<String, Long> model = fill(store, List.copyOf(folders), random);

      for (String folder : folders) {
        List<BlobStat> listed = listed(model, folder);
        int before = proxy.requests();
        assertThat(list(store, folder)).as("list '%s'", folder).isEqualTo(listed);
        int between = proxy.requests();
        assertThat(names(store, folder)).as("names '%s'", folder).isEqualTo(named(model, folder));

        assertPages(between - before, listed.size(), pageNamesMax);
        long beside = listed.stream().filter(blob -> isDirectlyBelow(folder, blob)).count();
        assertPages(proxy.requests() - between, beside, pageNamesMax);
      }
    }
  }

  /// Without this, a server that gives longer pages would make the test one of single pages.
  private static void assertPages(int pages, long names, int pageNamesMax) {
    assertThat(pages)
        .as("pages for %d names", names)
        .isGreaterThanOrEqualTo((int) Math.ceilDiv(names, (long) pageNamesMax));
  }

  private static boolean isDirectlyBelow(String folder, BlobStat blob) {
    return blob.key().value().lastIndexOf('/') == folder.length() - 1;
  }

  /// Folders, some of them in others: their names, and nothing else, end in `f/`.
  private static NavigableSet<String> folders(SplittableRandom random) {
    List<String> folders = new ArrayList<>(List.of(""));
    for (int i = 0; i < FOLDERS; i++) {
      folders.add(folders.get(random.nextInt(folders.size())) + beginning(random) + "f/");
    }
    return new TreeSet<>(folders);
  }

  /// Blobs, whose names end in `x`, so that none is called as a folder is.
  private static NavigableMap<String, Long> fill(
      BlobStore store, List<String> folders, SplittableRandom random) throws IOException {
    NavigableMap<String, Long> model = new TreeMap<>();
    while (model.size() < BLOBS) {
      String name = folders.get(random.nextInt(folders.size())) + beginning(random) + "x";
      byte[] bytes = new byte[random.nextInt(10)];
      if (model.putIfAbsent(name, (long) bytes.length) == null) {
        assertThat(store.putIfAbsent(new BlobKey(name), ByteBuffer.wrap(bytes)))
            .isEqualTo(PutResult.STORED);
      }
    }
    return model;
  }

  private static String beginning(SplittableRandom random) {
    StringBuilder name = new StringBuilder("a");
    for (int i = random.nextInt(3); i > 0; i--) {
      name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return name.toString();
  }

  private static List<BlobStat> list(BlobStore store, String prefix) throws IOException {
    List<BlobStat> found = new ArrayList<>();
    store.list(prefix, found::add);
    return found;
  }

  private static List<BlobStat> listed(NavigableMap<String, Long> model, String prefix) {
    return model.entrySet().stream()
        .filter(blob -> blob.getKey().startsWith(prefix))
        .map(blob -> new BlobStat(new BlobKey(blob.getKey()), blob.getValue()))
        .toList();
  }

  private static NavigableSet<String> names(BlobStore store, String prefix) throws IOException {
    NavigableSet<String> found = new TreeSet<>();
    store.names(prefix, found::add);
    return found;
  }

  private static NavigableSet<String> named(Map<String, Long> model, String prefix) {
    NavigableSet<String> names = new TreeSet<>();
    for (String name : model.keySet()) {
      if (name.startsWith(prefix)) {
        String below = name.substring(prefix.length());
        int slash = below.indexOf('/');
        names.add(slash < 0 ? below : below.substring(0, slash));
      }
    }
    return names;
  }
}
