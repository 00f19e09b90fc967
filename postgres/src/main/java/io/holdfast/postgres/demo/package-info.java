/// A small shop that writes orders into a database and remembers exactly what it wrote: the sample
/// data under load of the quickstart, and the model that its proof compares with.
@NullMarked
package io.holdfast.postgres.demo;

import org.jspecify.annotations.NullMarked;
