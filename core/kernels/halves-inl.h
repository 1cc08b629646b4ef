// The two halves of a float vector in double. Included once for each target, after hwy/highway.h.
#if defined(ROUNDOFF_HALVES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ROUNDOFF_HALVES_INL_H
#undef ROUNDOFF_HALVES_INL_H
#else
#define ROUNDOFF_HALVES_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
/// Elements to fetch ahead in a pass that reads memory first: the processor's own prefetching ends with each page.
constexpr std::size_t kAhead = 512;
#if HWY_TARGET == HWY_SCALAR
using DD = hn::Rebind<double, D>;
HWY_INLINE hn::Vec<DD> lower(V v) { return hn::PromoteTo(DD(), v); }
HWY_INLINE hn::Vec<DD> upper(V) { return hn::Zero(DD()); }
#else
using DD = hn::Repartition<double, D>;
HWY_INLINE hn::Vec<DD> lower(V v) { return hn::PromoteTo(DD(), hn::LowerHalf(hn::Half<D>(), v)); }
HWY_INLINE hn::Vec<DD> upper(V v) { return hn::PromoteTo(DD(), hn::UpperHalf(hn::Half<D>(), v)); }
#endif
}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
