/**
 * Reading the weights in files of PyTorch ({@code .ckpt}, {@code .pt}, {@code .pth}, {@code .bin}), so that safetensors
 * files can be made of them. Such files are pickles: programs for a stack machine that build objects of any class of
 * Python, by calling any function of it.
 *
 * <p>The machine here ({@link dev.hypersd.pickle.Unpickler}) builds texts, whole numbers, lists, dictionaries and
 * descriptions of tensors. It knows functions and classes by their names only, has none that it could call, and keeps
 * what it does not know as a name that can become part of nothing. ADR 20 says why that is safe.
 */
@NullMarked
package dev.hypersd.pickle;

import org.jspecify.annotations.NullMarked;
