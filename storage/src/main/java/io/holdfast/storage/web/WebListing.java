package io.holdfast.storage.web;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.web.WebAnswer.Body;
import io.holdfast.storage.web.WebService.Verb;
import java.io.IOException;
import java.util.function.Consumer;

/// Lists page by page. Names that are no keys belong to others and are left out.
final class WebListing {
  private static final int PAGE_BYTES_MAX = 16 << 20;

  private final WebService service;
  private final WebClient client;
  private final WebFailures failures;

  WebListing(WebService service, WebClient client, WebFailures failures) {
    this.service = service;
    this.client = client;
    this.failures = failures;
  }

  /// Stores sort by the bytes of names, which for keys is the order of characters.
  void list(String prefix, Consumer<BlobStat> each) throws IOException {
    var order = new Order();
    int skipped = service.prefix().length();
    pages(
        prefix,
        "",
        page -> {
          for (ListingPage.Blob blob : page.blobs()) {
            String name = below(blob.name(), service.prefix() + prefix).substring(skipped);
            if (BlobKey.isKey(name)) {
              order.require(name);
              each.accept(new BlobStat(new BlobKey(name), blob.bytes()));
            }
          }
        });
  }

  void names(String prefix, Consumer<String> each) throws IOException {
    String whole = service.prefix() + prefix;
    pages(
        prefix,
        "/",
        page -> {
          for (ListingPage.Blob blob : page.blobs()) {
            hand(prefix, below(blob.name(), whole).substring(whole.length()), each);
          }
          for (String folder : page.folders()) {
            String name = below(folder, whole).substring(whole.length());
            hand(prefix, name.endsWith("/") ? name.substring(0, name.length() - 1) : name, each);
          }
        });
  }

  /// Requires that the container is there.
  void requireContainer() throws IOException {
    ListingPage _ = page(service.prefix(), "/", "", 1);
  }

  private String below(String name, String prefix) throws StoreUnavailableException {
    if (!name.startsWith(prefix)) {
      throw new StoreUnavailableException(
          service.describe() + " lists a name that does not begin with '" + prefix + "'");
    }
    return name;
  }

  private static void hand(String prefix, String name, Consumer<String> each) {
    if (BlobKey.isKey(prefix + name)) {
      each.accept(name);
    }
  }

  private void pages(String prefix, String delimiter, PageReader reader) throws IOException {
    String marker = "";
    var watch = new PageWatch();
    do {
      ListingPage page = page(service.prefix() + prefix, delimiter, marker, service.pageNamesMax());
      reader.read(page);
      int names = page.blobs().size() + page.folders().size();
      if (!page.next().isEmpty() && watch.isEndless(page.next(), names)) {
        throw new StoreUnavailableException(
            "the listing of '" + prefix + "' in " + service.describe() + " does not end");
      }
      marker = page.next();
    } while (!marker.isEmpty());
  }

  private ListingPage page(String prefix, String delimiter, String marker, int namesMax)
      throws IOException {
    WebRequest request = WebRequest.of("GET", service.page(prefix, delimiter, marker, namesMax));
    String name = "'" + prefix + "'";
    WebAnswer answer;
    try {
      answer = client.ask(service.authorized(request), PAGE_BYTES_MAX);
    } catch (WebFailure e) {
      throw failures.unanswered(Verb.LIST, name, e);
    }
    if (answer.status() == 404) {
      throw failures.noContainer();
    }
    if (!answer.isSuccess() || !(answer.body() instanceof Body.Whole whole)) {
      throw answer.isSuccess()
          ? new StoreUnavailableException(
              "cannot list " + name + " in " + service.describe() + ": the page is too long")
          : failures.refused(Verb.LIST, name, answer);
    }
    try {
      return ListingPage.parse(whole.bytes(), service.listingWords());
    } catch (ListingPage.StrangeException e) {
      throw new StoreUnavailableException(
          "cannot list " + name + " in " + service.describe() + ": " + e.getMessage(), e);
    }
  }

  private interface PageReader {
    void read(ListingPage page) throws IOException;
  }

  /// Some containers list in another order, on which merges of listings would lose names.
  private final class Order {
    private String last = "";

    void require(String name) throws StoreRefusedException {
      if (name.compareTo(last) <= 0) {
        throw new StoreRefusedException(
            ErrorCode.REPOSITORY_PLACE_UNUSABLE,
            service.describe() + " lists " + name + " after " + last,
            "Use a bucket or container whose listings are sorted: one with a flat namespace.",
            null);
      }
      last = name;
    }
  }
}
