package io.holdfast.storage.s3;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreDriver;
import io.holdfast.storage.StoreUrl;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// `s3://bucket/prefix?endpoint=…&region=…&path-style=…&ca-file=…`, described in
/// `docs/guide/stores.md`.
///
/// Credentials come from the AWS SDK's standard chain. A bucket is never made: where it lies, who
/// may use it and what it keeps are decisions of its owner.
public final class S3Driver implements StoreDriver {
  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public String example() {
    return "s3://bucket/folder?region=eu-central-1";
  }

  @Override
  public BlobStore open(StoreUrl url, StoreContext context) throws IOException {
    return S3BlobStore.open(S3Place.of(url, context), context, S3Timeouts.DEFAULT);
  }

  @Override
  public BlobStore create(StoreUrl url, StoreContext context) throws IOException {
    S3BlobStore store = S3BlobStore.open(S3Place.of(url, context), context, S3Timeouts.DEFAULT);
    try {
      store.requireBucket();
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public Optional<ObjectPlace> openObjects(StoreUrl url, StoreContext context) {
    return Optional.of(
        S3Objects.open(S3Place.ofObjects(url, context), context, S3Timeouts.DEFAULT));
  }
}
