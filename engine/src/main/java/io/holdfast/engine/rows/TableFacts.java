package io.holdfast.engine.rows;

/// How much a backup has of a table.
///
/// @param sum of all rows, whatever their order; empty where it is not kept
public record TableFacts(String name, long rows, long bytes, String sum) {}
