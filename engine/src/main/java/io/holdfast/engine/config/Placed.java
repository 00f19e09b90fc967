package io.holdfast.engine.config;

/// A value of a file that is looked at again when the file has been read.
///
/// @param place how problems with it begin: the line, and what stands there
public record Placed<T>(T value, String place) {
  String problem(String what) {
    return place + ": " + what;
  }
}
