"""The shared cache: a broken cache makes pages slower, never wrong."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = logging.getLogger(__name__)


class TolerantRedisCache(RedisCache):
    """Answers “not there” while Redis is away, so that pages and log-in go on working."""

    def _tolerate(self, method: str, missing: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, method)(self, *args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("the cache does not answer: %s", error)
            return missing

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._tolerate("get", default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._tolerate("set", None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._tolerate("add", True, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._tolerate("delete", False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._tolerate("get_many", {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._tolerate("set_many", [], *args, **kwargs)
