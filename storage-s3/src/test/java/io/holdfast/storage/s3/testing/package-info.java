/// Real S3 servers for tests, each a process that its test run starts and stops.
@NullMarked
package io.holdfast.storage.s3.testing;

import org.jspecify.annotations.NullMarked;
