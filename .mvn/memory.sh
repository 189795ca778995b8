# Sourced by ./hypersd and bench/run.
# Tensors in huge pages, and an allocator that keeps large blocks, where the system has them.
export THP_MEM_ALLOC_ENABLE="${THP_MEM_ALLOC_ENABLE-1}"
for allocator in /usr/lib/*/libtcmalloc_minimal.so.4 /usr/lib64/libtcmalloc_minimal.so.4; do
  if [ -f "$allocator" ]; then
    export LD_PRELOAD="$allocator${LD_PRELOAD:+:$LD_PRELOAD}"
    break
  fi
done
