package io.holdfast.storage.azure;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreDriver;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.web.WebBlobStore;
import io.holdfast.storage.web.WebClient;
import io.holdfast.storage.web.WebTimeouts;
import java.io.IOException;
import java.util.Set;

/// `azure://account/container/prefix?endpoint=…&ca-file=…`, described in `docs/guide/stores.md`.
///
/// A container is never made: who may use it and what it keeps are decisions of its owner.
public final class AzureDriver implements StoreDriver {
  @Override
  public Set<String> schemes() {
    return Set.of("azure");
  }

  @Override
  public String example() {
    return "azure://account/container/folder";
  }

  @Override
  public BlobStore open(StoreUrl url, StoreContext context) throws IOException {
    return open(url, context, WebTimeouts.DEFAULT);
  }

  static WebBlobStore open(StoreUrl url, StoreContext context, WebTimeouts timeouts) {
    AzurePlace place = AzurePlace.of(url, context);
    AzureAuthority authority = AzureAuthority.of(place, context);
    return new WebBlobStore(
        new AzureService(place, authority),
        WebClient.to(place.caFile(), context, timeouts),
        context);
  }

  @Override
  public BlobStore create(StoreUrl url, StoreContext context) throws IOException {
    WebBlobStore store = open(url, context, WebTimeouts.DEFAULT);
    try {
      store.requireContainer();
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }
}
