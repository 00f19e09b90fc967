/// Stores that are asked by HTTP, one request for one operation: what they have in common.
///
/// A **service** ([WebService]) says how one kind of store names blobs, proves who asks and words
/// its refusals; [WebBlobStore] is the store over any of them. A **client** ([WebClient]) sends a
/// request once, on the JDK's own HTTP client, and bounds the time and the memory that its answer
/// takes. It says of each request that failed whether all of its body had left: while the last byte
/// is here, the service has stored nothing. A **token** is what a service accepts for a while in
/// place of a password.
@NullMarked
package io.holdfast.storage.web;

import org.jspecify.annotations.NullMarked;
