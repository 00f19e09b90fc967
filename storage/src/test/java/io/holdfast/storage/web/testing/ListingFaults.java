package io.holdfast.storage.web.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import io.holdfast.storage.web.testing.ForgedListing.Format;
import io.holdfast.storage.web.testing.ForgedListing.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// What every store over HTTP does with listings that cannot be right. Each takes a store behind a
/// proxy.
public final class ListingFaults {
  private ListingFaults() {}

  /// Names that come too late or twice, within a page and from one page to the next.
  public static void refusesWhatIsNotSorted(BlobStore store, FaultProxy proxy, Format format) {
    List<List<Page>> listings =
        List.of(
            List.of(new Page(List.of("b", "a"), "")),
            List.of(new Page(List.of("a", "b", "b"), "")),
            List.of(new Page(List.of("b", "c"), "next"), new Page(List.of("a"), "")),
            List.of(new Page(List.of("a", "b"), "next"), new Page(List.of("b", "c"), "")));
    for (List<Page> pages : listings) {
      proxy.choose(ForgedListing.of(format, pages.toArray(Page[]::new)));
      List<String> shown = new ArrayList<>();
      assertThatThrownBy(() -> store.list("packs/", blob -> shown.add(blob.key().value())))
          .as("%s", pages)
          .isInstanceOfSatisfying(
              StoreRefusedException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
                assertThat(e).hasMessageContaining("packs/").hasMessageContaining(" after ");
                assertThat(e.advice()).contains("sorted");
              });
      assertThat(shown).as("%s", pages).isSorted().doesNotHaveDuplicates();
    }
  }

  /// Continuations that come round again, at once or later, and pages without names for ever.
  public static void givesUpWhatDoesNotEnd(BlobStore store, FaultProxy proxy, Format format) {
    List<List<Page>> listings =
        List.of(
            List.of(new Page(List.of("a"), "same")),
            List.of(new Page(List.of("a"), "one"), new Page(List.of("b"), "two")),
            List.of(
                new Page(List.of("a"), "one"),
                new Page(List.of("b"), "two"),
                new Page(List.of(), "three")));
    for (List<Page> pages : listings) {
      proxy.choose(ForgedListing.of(format, pages.toArray(Page[]::new)));
      int before = proxy.requests();
      assertThatThrownBy(() -> store.names("packs/", _ -> {}))
          .as("%s", pages)
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("does not end");
      assertThat(proxy.requests() - before).isLessThan(20);
    }
    AtomicInteger asked = new AtomicInteger();
    proxy.choose(
        line ->
            ForgedListing.of(format, new Page(List.of(), "page-" + asked.incrementAndGet()))
                .of(line));
    assertThatThrownBy(() -> store.list("packs/", _ -> {}))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("does not end");
    assertThat(asked).hasValueBetween(100, 2000);
  }

  /// Both ways in which listings lag behind.
  public static void findsOutWhatLeavesOutNewBlobs(BlobStore store, FaultProxy proxy, Format format)
      throws IOException {
    proxy.choose(ForgedListing.of(format, new Page(List.of(), "")));
    StoreCapabilities hiding = store.capabilities();
    assertThat(hiding.putIfAbsent()).isEqualTo(Support.NO);
    assertThat(hiding.remark()).contains("leave out what was put");

    Queue<String> put = new ConcurrentLinkedQueue<>();
    AtomicInteger listings = new AtomicInteger();
    proxy.choose(
        line -> {
          if (line.startsWith("PUT ")) {
            put.add(line.replaceFirst(".*/probe/([0-9a-f]+).*", "$1"));
          }
          boolean isLater = ForgedListing.isListing(line) && listings.incrementAndGet() > 1;
          return isLater
              ? ForgedListing.of(format, new Page(put.stream().distinct().sorted().toList(), ""))
                  .of(line)
              : Fault.none();
        });
    StoreCapabilities lagging = store.capabilities();
    assertThat(lagging.putIfAbsent()).isEqualTo(Support.YES);
    assertThat(lagging.remark()).contains("still show what was deleted");
    assertThat(listings).hasValue(2);
  }
}
