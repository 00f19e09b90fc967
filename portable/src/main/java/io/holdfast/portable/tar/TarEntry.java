package io.holdfast.portable.tar;

/// Where an entry's content is.
public record TarEntry(String name, long position, long size) {}
