package io.holdfast.storage.gcs;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreDriver;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.web.AccessTokens;
import io.holdfast.storage.web.WebBlobStore;
import io.holdfast.storage.web.WebClient;
import io.holdfast.storage.web.WebEndpoint;
import io.holdfast.storage.web.WebTimeouts;
import java.io.IOException;
import java.util.Set;

/// `gs://bucket/prefix?endpoint=…&ca-file=…`, described in `docs/guide/stores.md`.
///
/// A bucket is never made: where it lies, who may use it and what it keeps are decisions of its
/// owner.
public final class GcsDriver implements StoreDriver {
  @Override
  public Set<String> schemes() {
    return Set.of("gs");
  }

  @Override
  public String example() {
    return "gs://bucket/folder";
  }

  @Override
  public BlobStore open(StoreUrl url, StoreContext context) throws IOException {
    return open(url, context, WebTimeouts.DEFAULT);
  }

  static WebBlobStore open(StoreUrl url, StoreContext context, WebTimeouts timeouts) {
    GcsPlace place = GcsPlace.of(url);
    WebEndpoint.requirePrivate(place.endpoint());
    var tokens = new AccessTokens(new GcsTokens(context), context.clock());
    return new WebBlobStore(
        new GcsService(place, tokens), WebClient.to(place.caFile(), context, timeouts), context);
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
