/// Blobs in a bucket of Amazon S3 or of a store that speaks its protocol, by the AWS SDK.
///
/// The SDK's HTTP client is url-connection-client: it is the JDK's own, so it adds 34 kB and no
/// other library where Apache's adds 2.3 MB, and one request per thread is all that is needed here.
/// Everything that the SDK does on its own initiative is off: retries (`RetryingBlobStore` knows
/// what may be repeated), multipart uploads, checksums in trailers, which other servers refuse.
@NullMarked
package io.holdfast.storage.s3;

import org.jspecify.annotations.NullMarked;
