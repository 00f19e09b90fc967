/// The stand-alone reader (`reader/HoldfastReader.java`) against golden repositories: what it makes
/// of them, what it makes of damage, and that it has nothing of Holdfast in it.
@NullMarked
package io.holdfast.repository.standalone;

import org.jspecify.annotations.NullMarked;
